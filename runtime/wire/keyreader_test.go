package wire

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"hecc/ir/plan"
)

// decodeStream is DecodeEvaluationKeys with a KeyReader.
func decodeStream(b []byte, i *plan.Interface) (any, error) {
	r, err := NewKeyReader(bytes.NewReader(b), i)
	if err != nil {
		return nil, err
	}
	k := &EvaluationKeys{Binding: r.Binding, Seed: r.Seed}
	for _, level := range KeyLevels(i) {
		key := make(SwitchKey, i.Params.Digits(level))
		for d := range key {
			for range SwitchModuli(&i.Params, level) {
				key[d] = append(key[d], make([]uint64, i.Params.N()))
			}
			if err := r.Next(key[d]); err != nil {
				return nil, err
			}
		}
		k.Keys = append(k.Keys, key)
	}
	if err := r.Next(nil); err != io.EOF {
		return nil, fmt.Errorf("after the last digit: %v", err)
	}
	return k, r.Close()
}

func FuzzKeyReader(f *testing.F) {
	fuzz(f, 6, func(v any, i *plan.Interface) []byte { return v.(*EvaluationKeys).Encode(i) })
}

// TestKeyWriter: digit by digit gives the bytes of the whole; too few and too many are errors.
func TestKeyWriter(t *testing.T) {
	i := small()
	want := files(i)[2]
	keys := want.value.(*EvaluationKeys)
	var got bytes.Buffer
	w, err := NewKeyWriter(&got, i, keys.Binding, keys.Seed)
	if err != nil {
		t.Fatal(err)
	}
	if w.Close() == nil {
		t.Error("a file without keys is closed")
	}
	for _, key := range keys.Keys {
		for _, digit := range key {
			if err := w.Write(digit); err != nil {
				t.Fatal(err)
			}
		}
	}
	if w.Write(keys.Keys[0][0]) == nil {
		t.Error("a digit too many is written")
	}
	if err := w.Close(); err != nil || !bytes.Equal(got.Bytes(), want.bytes) {
		t.Errorf("%d bytes, want %d; error %v", got.Len(), len(want.bytes), err)
	}
}
