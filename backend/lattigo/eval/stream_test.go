package eval_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"hecc/backend/lattigo/eval"
	"hecc/backend/lattigo/internal/plantest"
	"hecc/ir/params"
	"hecc/runtime/wire"
)

// TestOpenStream: a session from a file, however it comes, gives what one from keys gives, to the bit.
func TestOpenStream(t *testing.T) {
	p, ctx := contested(), context.Background()
	key, keys := keysOf(t, p)
	request := (&rig{p, key, nil}).request(t)
	want, err := open(t, p, keys).Run(ctx, request, nil)
	check(t, err)
	file := keys.Encode(&p.Interface)
	model, err := eval.Load(ctx, p)
	check(t, err)
	for name, r := range map[string]io.Reader{
		"whole": bytes.NewReader(file), "byte by byte": iotest.OneByteReader(bytes.NewReader(file)), "end with data": iotest.DataErrReader(bytes.NewReader(file)),
	} {
		session, err := model.OpenStream(ctx, r)
		check(t, err)
		got, err := session.Run(ctx, request, nil)
		check(t, err)
		if !reflect.DeepEqual(want.Runs, got.Runs) {
			t.Error(name)
		}
	}
}

// TestStreamErrors: no session comes of a file that is not whole.
func TestStreamErrors(t *testing.T) {
	p := contested()
	_, keys := keysOf(t, p)
	file := keys.Encode(&p.Interface)
	model, err := eval.Load(context.Background(), p)
	check(t, err)
	flipped := func(at int) io.Reader {
		out := bytes.Clone(file)
		out[at] ^= 1
		return bytes.NewReader(out)
	}
	broken := errors.New("the line is dead")
	for name, c := range map[string]struct {
		r    io.Reader
		want string
	}{
		"empty":       {strings.NewReader(""), "is truncated"},
		"cut":         {bytes.NewReader(file[:len(file)/2]), "is truncated"},
		"without end": {bytes.NewReader(file[:len(file)-1]), "is truncated"},
		"too long":    {bytes.NewReader(append(bytes.Clone(file), 0)), "goes on behind the keys"},
		"flipped":     {flipped(len(file) / 2), "SHA-256 does not match"},
		"last byte":   {flipped(len(file) - 1), "SHA-256 does not match"},
		"no file":     {strings.NewReader(strings.Repeat("x", 1000)), "not a file of hecc"},
		"other error": {io.MultiReader(bytes.NewReader(file[:5000]), iotest.ErrReader(broken)), broken.Error()},
	} {
		session, err := model.OpenStream(context.Background(), c.r)
		if session != nil || err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: session %v, error %v, expected one with %q", name, session, err, c.want)
		}
	}
}

// TestStreamMemory: what is allocated to open a session is the session and a few digits of keys, not the
// keys.
func TestStreamMemory(t *testing.T) {
	b := plantest.New(plantest.Params(rings[0], 13, []float64{45, 52, 30}, []float64{38, 39}), 2)
	p := everything(b, 2)
	_, keys := keysOf(t, p)
	file := keys.Encode(&p.Interface)
	model, err := eval.Load(context.Background(), p)
	check(t, err)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	session, err := model.OpenStream(context.Background(), bytes.NewReader(file))
	check(t, err)
	runtime.ReadMemStats(&after)
	limb := int64(8 << 13)
	digit := (2*5 + 1) * limb // both halves, modulo three primes of Q and two of P, and scratch
	allowed := int64(runtime.GOMAXPROCS(0)+1)*digit + limb + 1<<19
	if extra := int64(after.TotalAlloc-before.TotalAlloc) - session.Bytes(); extra > allowed {
		t.Errorf("%d KiB beyond the session, allowed %d; the file has %d", extra>>10, allowed>>10, len(file)>>10)
	}
}

// TestWriteKeys: keys that the client writes as it makes them are those that the server reads.
func TestWriteKeys(t *testing.T) {
	p, ctx := smallPlan(params.Standard), context.Background()
	key, _ := keysOf(t, p)
	var file bytes.Buffer
	check(t, key.WriteEvaluationKeys(&file))
	if want := wire.EvaluationKeysSize(&p.Interface); file.Len() != want {
		t.Errorf("%d bytes, announced %d", file.Len(), want)
	}
	model, err := eval.Load(ctx, p)
	check(t, err)
	session, err := model.OpenStream(ctx, &file)
	check(t, err)
	(&rig{p, key, session}).compare(t, 1e-3)
}
