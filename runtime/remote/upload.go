package remote

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"

	"hecc/ir/diag"
)

// upload sends a file of evaluation keys, as far as the service does not have it yet. Its name there is its
// hash.
func (p *Plan) upload(ctx context.Context, file *os.File) (id string, err error) {
	hash := sha256.New()
	size, err := io.Copy(hash, io.NewSectionReader(file, 0, 1<<62))
	if err != nil {
		return "", err
	}
	id = hex.EncodeToString(hash.Sum(nil))
	var set KeySet
	if err := p.service.object(ctx, http.MethodPost, "/v1/keysets", map[string]any{"plan": p.ID(), "bytes": size, "sha256": id}, &set); err != nil {
		return "", err
	}
	if set.Committed {
		return id, nil
	}
	if set.ID != id || set.PartBytes < 1 || set.PartBytes > mostPart || set.Parts > mostParts || int64(set.Parts) != (size+set.PartBytes-1)/set.PartBytes {
		return "", diag.Reason("%s wants %d parts of %d bytes for a file of %d bytes, which is not what a service of hecc says", p.service.base, set.Parts, set.PartBytes, size).
			Cure("%s", otherService)
	}
	if err := p.sendParts(ctx, file, size, &set); err != nil {
		return "", err
	}
	return id, p.service.object(ctx, http.MethodPost, "/v1/keysets/"+id+"/commit", nil, &set)
}

// What a service can make a client hold and send.
const (
	mostPart  = 64 << 20
	mostParts = 1 << 16
)

func (p *Plan) sendParts(ctx context.Context, file io.ReaderAt, size int64, set *KeySet) error {
	length := func(n int) int64 { return min(set.PartBytes, size-int64(n)*set.PartBytes) }
	var sent int64
	there := make([]bool, set.Parts)
	for _, n := range set.Received {
		if n >= 0 && n < set.Parts && !there[n] {
			there[n] = true
			sent += length(n)
		}
	}
	for n := range there {
		p.tell("uploading keys", sent, size)
		if there[n] {
			continue
		}
		part := make([]byte, length(n))
		if _, err := file.ReadAt(part, int64(n)*set.PartBytes); err != nil {
			return err
		}
		a := ask{method: http.MethodPut, path: "/v1/keysets/" + set.ID + "/parts/" + strconv.Itoa(n), kind: octets, body: part}
		if _, err := p.service.send(ctx, a); err != nil {
			return brokenOff(err, sent, size)
		}
		sent += length(n)
	}
	p.tell("uploading keys", sent, size)
	return nil
}

// brokenOff says of an upload that the connection failed in that nothing is lost.
func brokenOff(err error, sent, size int64) error {
	if of := (*ConnectError)(nil); errors.As(err, &of) {
		return fmt.Errorf("%w\n  note: the service has %d %% of the keys; the same again sends the rest", err, 100*sent/size)
	}
	return err
}
