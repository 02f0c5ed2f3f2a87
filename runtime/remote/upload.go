package remote

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
)

// keySet is what a service says of a key set or an upload.
type keySet struct {
	ID        string `json:"id"`
	PartBytes int64  `json:"part_bytes"`
	Parts     int    `json:"parts"`
	Received  []int  `json:"received"`
	Committed bool   `json:"committed"`
}

// upload sends a file of evaluation keys, as far as the service does not have it yet. Its name there is its
// hash.
func (p *Plan) upload(ctx context.Context, file *os.File) (id string, err error) {
	hash := sha256.New()
	size, err := io.Copy(hash, io.NewSectionReader(file, 0, 1<<62))
	if err != nil {
		return "", err
	}
	id = hex.EncodeToString(hash.Sum(nil))
	var set keySet
	if err := p.service.object(ctx, http.MethodPost, "/v1/keysets", map[string]any{"plan": p.ID(), "bytes": size, "sha256": id}, &set); err != nil {
		return "", err
	}
	if set.Committed {
		return id, nil
	}
	if set.ID != id || set.PartBytes < 1 || set.PartBytes > mostPart || int64(set.Parts) != (size+set.PartBytes-1)/set.PartBytes {
		return "", fmt.Errorf("%s announces %d parts of %d bytes for %d bytes", p.service.base, set.Parts, set.PartBytes, size)
	}
	if err := p.sendParts(ctx, file, size, &set); err != nil {
		return "", err
	}
	return id, p.service.object(ctx, http.MethodPost, "/v1/keysets/"+id+"/commit", nil, &set)
}

// mostPart bounds what a service can make a client hold.
const mostPart = 64 << 20

func (p *Plan) sendParts(ctx context.Context, file io.ReaderAt, size int64, set *keySet) error {
	length := func(n int) int64 { return min(set.PartBytes, size-int64(n)*set.PartBytes) }
	var sent int64
	for _, n := range set.Received {
		sent += length(n)
	}
	for n := range set.Parts {
		if slices.Contains(set.Received, n) {
			continue
		}
		p.tell("uploading keys", sent, size)
		part := make([]byte, length(n))
		if _, err := file.ReadAt(part, int64(n)*set.PartBytes); err != nil {
			return err
		}
		a := ask{method: http.MethodPut, path: "/v1/keysets/" + set.ID + "/parts/" + strconv.Itoa(n), kind: octets, body: part}
		if _, err := p.service.send(ctx, a); err != nil {
			return err
		}
		sent += length(n)
	}
	p.tell("uploading keys", sent, size)
	return nil
}
