package server_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"testing"

	"hecc/runtime/server"
)

func vector(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("../../testdata/vectors/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestErrors: what a server has to tell apart has a type of its own.
func TestErrors(t *testing.T) {
	ctx := t.Context()
	plan, keys, request := vector(t, "model.hecc"), vector(t, "eval.keys"), vector(t, "x.ct")
	model, err := server.Load(ctx, bytes.NewReader(plan), server.Options{MaxRequest: int64(len(request))})
	if err != nil {
		t.Fatal(err)
	}
	session, err := model.Open(ctx, bytes.NewReader(keys))
	if err != nil {
		t.Fatal(err)
	}
	damaged := bytes.Clone(keys)
	damaged[len(damaged)/2] ^= 1
	for name, c := range map[string]struct {
		do   func() error
		want any
	}{
		"a plan that is none":        {func() error { _, err := server.Load(ctx, bytes.NewReader(keys), server.Options{}); return err }, new(*server.FileError)},
		"damaged keys, checked only": {func() error { return model.CheckKeys(bytes.NewReader(damaged)) }, new(*server.FileError)},
		"half of them, checked only": {func() error { return model.CheckKeys(bytes.NewReader(keys[:len(keys)/2])) }, new(*server.FileError)},
		"more, checked only":         {func() error { return model.CheckKeys(bytes.NewReader(append(bytes.Clone(keys), 0))) }, new(*server.FileError)},
		"keys of another plan": {func() error {
			other := bytes.Clone(keys)
			other[16] ^= 1
			return model.CheckKeys(bytes.NewReader(other))
		}, new(*server.ForeignError)},
		"damaged keys":            {func() error { _, err := model.Open(ctx, bytes.NewReader(damaged)); return err }, new(*server.FileError)},
		"half of the keys":        {func() error { _, err := model.Open(ctx, bytes.NewReader(keys[:len(keys)/2])); return err }, new(*server.FileError)},
		"keys that are a request": {func() error { _, err := model.Open(ctx, bytes.NewReader(request)); return err }, new(*server.FileError)},
		"a long request": {func() error {
			_, err := model.ReadRequest(bytes.NewReader(append(bytes.Clone(request), 0)))
			return err
		}, new(*server.TooLargeError)},
		"a cut request": {func() error { _, err := model.ReadRequest(bytes.NewReader(request[:100])); return err }, new(*server.FileError)},
		"little memory": {func() error {
			_, err := server.Load(ctx, bytes.NewReader(plan), server.Options{Memory: 1})
			return err
		}, new(*server.MemoryError)},
		"a closed session": {func() error {
			other, err := model.Open(ctx, bytes.NewReader(keys))
			if err != nil {
				return err
			}
			other.Close()
			r, err := model.ReadRequest(bytes.NewReader(request))
			if err != nil {
				return err
			}
			_, err = other.Run(ctx, r)
			return err
		}, new(*server.ClosedError)},
	} {
		if err := c.do(); err == nil || !errors.As(err, c.want) {
			t.Errorf("%s: %v is no %T", name, err, c.want)
		}
	}
	r, err := model.ReadRequest(bytes.NewReader(request))
	if err != nil {
		t.Fatal(err)
	}
	done, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := session.Run(done, r); !errors.Is(err, context.Canceled) {
		t.Errorf("a run that was cancelled: %v", err)
	}
	if err := model.CheckKeys(bytes.NewReader(keys)); err != nil {
		t.Errorf("good keys: %v", err)
	}
	var own *os.PathError
	if _, err := model.Open(ctx, brokenReader{}); !errors.As(err, &own) {
		t.Errorf("the reader's own error is lost: %v", err)
	}
	response, err := session.Run(ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	if got, most := int64(len(response.Encode())), model.AnswerBytes(int64(len(request))); got > most || most > 3*got {
		t.Errorf("a response of %d bytes, predicted %d at most", got, most)
	}
	if model.Bytes() <= 0 || session.Bytes() != model.SessionBytes() || model.KeyBytes() != int64(len(keys)) {
		t.Errorf("model %d, session %d of %d, keys %d of %d bytes", model.Bytes(), session.Bytes(), model.SessionBytes(), model.KeyBytes(), len(keys))
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) {
	return 0, &os.PathError{Op: "read", Err: os.ErrDeadlineExceeded}
}
