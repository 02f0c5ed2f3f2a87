package remote

import (
	"context"
	"net/http"
	"time"

	"hecc/ir/diag"
)

// KeySet is what a service keeps of a client: evaluation keys, or an upload of them that is not done.
type KeySet struct {
	ID        string    `json:"id"` // the SHA-256 of the file
	Plan      string    `json:"plan"`
	Bytes     int64     `json:"bytes"` // of the whole
	PartBytes int64     `json:"part_bytes"`
	Parts     int       `json:"parts"`
	Received  []int     `json:"received"` // parts
	Committed bool      `json:"committed"`
	Begun     time.Time `json:"begun"`
}

// KeySets lists what a service keeps of the client, oldest first. Options.Keys and Options.Plan do not count.
func KeySets(ctx context.Context, url string, o Options) ([]KeySet, error) {
	c, err := newConnection(url, &o)
	if err != nil {
		return nil, err
	}
	var list struct {
		KeySets []KeySet `json:"keysets"`
	}
	if err := c.object(ctx, http.MethodGet, "/v1/keysets", nil, &list); err != nil {
		return nil, err
	}
	for _, s := range list.KeySets {
		if !isHash(s.ID) || !isHash(s.Plan) {
			return nil, diag.Reason("%s lists a key set %q for plan %q, which no service of hecc does", c.base, s.ID, s.Plan).Cure("%s", otherService)
		}
	}
	return list.KeySets, nil
}

// DeleteKeySet deletes a key set or an upload at a service. Keys in directories stay, and can be uploaded again.
func DeleteKeySet(ctx context.Context, url, id string, o Options) error {
	c, err := newConnection(url, &o)
	if err != nil {
		return err
	}
	if !isHash(id) {
		return diag.Reason("%q is no ID of a key set: it has 64 lower-case hexadecimal digits", id).Cure("hecc keys URL lists the key sets")
	}
	return c.object(ctx, http.MethodDelete, "/v1/keysets/"+id, nil, nil)
}
