package eval_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"hecc/backend/lattigo/crypt"
	"hecc/backend/lattigo/eval"
	"hecc/backend/lattigo/internal/plantest"
	"hecc/ir/he"
	"hecc/ir/params"
	"hecc/ir/plan"
	"hecc/runtime/wire"
)

// smallPlan squares and rotates at N=2^12, where 106 bits are allowed.
func smallPlan(r params.Ring) *plan.Plan {
	b := plantest.New(plantest.Params(r, 12, []float64{37, 28}, []float64{40}), 2)
	x, y := b.Input(0, 1, 1<<28), b.Input(1, 1, 1<<28)
	z := b.Op(he.Relin{}, 1, 1, b.Op(he.Mul{}, 1, 1, x, y))
	z = b.Op(he.Rescale{}, 0, 1, z)
	return b.Plan(b.Op(he.Fold{Steps: []int{0, 1}}, 0, 1, z))
}

// TestTwoSpecialPrimes has digits of several moduli and levels that cut through a digit.
func TestTwoSpecialPrimes(t *testing.T) {
	for _, r := range rings {
		for level := range 4 {
			b := plantest.New(plantest.Params(r, 13, []float64{45, 30, 30, 30}, []float64{38, 39}), 1)
			x := b.Input(0, 3, 1<<24)
			y := b.Op(he.Linear{Terms: diagonals(b.Slots, 1, []int{0, 2}, []int{0, 6})}, level, 1<<18, x)
			p := b.Plan(b.Op(he.Fold{Steps: []int{0, 9}}, level, 1, y))
			newRig(t, p).compare(t, 5e-3)
		}
	}
}

// TestPublicKey encrypts without the secret key.
func TestPublicKey(t *testing.T) {
	for _, r := range rings {
		rig := newRig(t, smallPlan(r))
		i := &rig.plan.Interface
		pk, err := rig.key.PublicKey()
		if err != nil {
			t.Fatal(err)
		}
		if pk, err = wire.DecodePublicKey(pk.Encode(i), i); err != nil {
			t.Fatal(err)
		}
		enc, err := crypt.NewPublicEncryptor(i, pk)
		if err != nil {
			t.Fatal(err)
		}
		x := rig.sample()
		request, err := enc.Encrypt(plantest.Runs(x))
		if err != nil {
			t.Fatal(err)
		}
		if request, err = wire.DecodeRequest(request.Encode(i), i); err != nil {
			t.Fatal(err)
		}
		response, err := rig.session.Run(context.Background(), request, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := rig.key.Decryptor().Decrypt(response)
		if err != nil {
			t.Fatal(err)
		}
		want, _ := rig.plan.Circuit.Eval(x, nil)
		if d := plantest.MaxDiff(got[0].Slots, want); d > 1e-3 {
			t.Errorf("%s: off by %g", r, d)
		}
	}
}

// TestThroughFiles takes every artefact through its bytes.
func TestThroughFiles(t *testing.T) {
	p := smallPlan(params.ConjugateInvariant)
	i := &p.Interface
	key, err := crypt.GenerateSecretKey(i)
	check(t, err)
	secret, err := wire.DecodeSecretKey(key.Wire().Encode(), i)
	check(t, err)
	key, err = crypt.NewSecretKey(i, secret)
	check(t, err)
	keys, err := key.EvaluationKeys()
	check(t, err)
	keys, err = wire.DecodeEvaluationKeys(keys.Encode(i), i)
	check(t, err)
	read, err := plan.Decode(p.Encode())
	check(t, err)
	session := open(t, read, keys)
	rig := &rig{read, key, session}
	samples := [][][]float64{rig.sample(), rig.sample(), rig.sample()}
	request, err := key.Encryptor().Encrypt(plantest.Runs(samples...))
	check(t, err)
	request, err = wire.DecodeRequest(request.Encode(i), i)
	check(t, err)
	response, err := session.Run(context.Background(), request, nil)
	check(t, err)
	response, err = wire.DecodeResponse(response.Encode(i), i)
	check(t, err)
	out, err := key.Decryptor().Decrypt(response)
	check(t, err)
	for s := range samples {
		want, _ := p.Circuit.Eval(samples[s], nil)
		if d := plantest.MaxDiff(out[s].Slots, want); d > 1e-3 {
			t.Errorf("sample %d is off by %g", s, d)
		}
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestConcurrent runs one session from several goroutines.
func TestConcurrent(t *testing.T) {
	rig := newRig(t, smallPlan(params.ConjugateInvariant))
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() { rig.compare(t, 1e-3) })
	}
	group.Wait()
}

func TestMismatch(t *testing.T) {
	a, b := newRig(t, smallPlan(params.Standard)), newRig(t, smallPlan(params.Standard))
	request, err := a.key.Encryptor().Encrypt(plantest.Runs(a.sample()))
	check(t, err)
	_, err = b.session.Run(context.Background(), request, nil)
	wantError(t, err, "the ciphertexts belong to key set")
	response, err := a.session.Run(context.Background(), request, nil)
	check(t, err)
	_, err = b.key.Decryptor().Decrypt(response)
	wantError(t, err, "this secret key to key set")
	keys, err := a.key.EvaluationKeys()
	check(t, err)
	model, err := eval.Load(context.Background(), smallPlan(params.ConjugateInvariant))
	check(t, err)
	_, err = model.Open(context.Background(), keys)
	wantError(t, err, "the evaluation keys were made for plan")
}

func wantError(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, expected one with %q", err, want)
	}
}

// TestPanic: a fault in an operation is an error that names it, and the session still works.
func TestPanic(t *testing.T) {
	for threads := range 3 {
		rig := newRig(t, smallPlan(params.Standard), eval.Threads(threads))
		_, err := rig.session.RunOne(context.Background(), rig.request(t), 0, func(v *he.Value, _ time.Duration) {
			if v.ID == 1 {
				panic("observed")
			}
		})
		wantError(t, err, `test.onnx: node 1 "/v1" (Test): %1 input: panic: observed`)
		rig.compare(t, 1e-3)
	}
}

func (r *rig) request(t *testing.T) *wire.Request {
	t.Helper()
	request, err := r.key.Encryptor().Encrypt(plantest.Runs(r.sample()))
	check(t, err)
	return request
}

// TestPanicOfCaller: what panics in a function of the caller's is an error too, on every thread.
func TestPanicOfCaller(t *testing.T) {
	for threads := 1; threads < 3; threads++ {
		rig := newRig(t, smallPlan(params.Standard), eval.Threads(threads))
		request, err := rig.key.Encryptor().Encrypt(plantest.Runs(rig.sample(), rig.sample(), rig.sample()))
		check(t, err)
		_, err = rig.session.Run(context.Background(), request, func(int, time.Duration) { panic("told") })
		wantError(t, err, "panic: told")
		rig.compare(t, 1e-3)
	}
}

// TestMisuse gives the server what no decoder lets through: each is an error, none a panic.
func TestMisuse(t *testing.T) {
	p := smallPlan(params.Standard)
	rig := newRig(t, p)
	keys, err := rig.key.EvaluationKeys()
	check(t, err)
	ctx := context.Background()
	model, err := eval.Load(ctx, p)
	check(t, err)
	for name, open := range map[string]func() error{
		"no plan":       func() error { _, err := eval.Load(ctx, nil); return err },
		"an empty plan": func() error { _, err := eval.Load(ctx, &plan.Plan{}); return err },
		"no keys":       func() error { _, err := model.Open(ctx, nil); return err },
		"empty keys":    func() error { _, err := model.Open(ctx, &wire.EvaluationKeys{Binding: keys.Binding}); return err },
		//lint:ignore SA1012 what a careless caller does
		"no context to load": func() error { _, err := eval.Load(nil, p); return err },
		//lint:ignore SA1012 what a careless caller does
		"no context to open": func() error { _, err := model.Open(nil, keys); return err },
		"short keys": func() error {
			short := *keys
			short.Keys = append([]wire.SwitchKey{keys.Keys[0][:1]}, keys.Keys[1:]...)
			_, err := model.Open(ctx, &short)
			return err
		},
	} {
		if err := open(); err == nil || strings.Contains(err.Error(), "panic") {
			t.Errorf("%s: error %v", name, err)
		}
	}
	for name, change := range map[string]func(r *wire.Request){
		"no runs":            func(r *wire.Request) { r.Runs = nil },
		"no samples":         func(r *wire.Request) { r.Runs[0].Samples = nil },
		"a sample too many":  func(r *wire.Request) { r.Runs[0].Samples = []int{0, 1} },
		"no ciphertexts":     func(r *wire.Request) { r.Runs[0].Cts = nil },
		"too few limbs":      func(r *wire.Request) { r.Runs[0].Cts[0].C0 = r.Runs[0].Cts[0].C0[:1] },
		"a short limb":       func(r *wire.Request) { r.Runs[0].Cts[0].C0[0] = nil },
		"no seed, no halves": func(r *wire.Request) { r.Seeded = false },
	} {
		request := rig.request(t)
		change(request)
		if _, err := rig.session.Run(ctx, request, nil); err == nil || strings.Contains(err.Error(), "panic") {
			t.Errorf("%s: error %v", name, err)
		}
	}
	_, err = rig.session.Run(ctx, nil, nil)
	wantError(t, err, "no request")
	//lint:ignore SA1012 what a careless caller does
	_, err = rig.session.Run(nil, rig.request(t), nil)
	wantError(t, err, "no context")
	_, err = rig.session.RunOne(ctx, rig.request(t), 1, nil)
	wantError(t, err, "no run 1 of 1")
}

func TestObserverAndCancel(t *testing.T) {
	rig := newRig(t, smallPlan(params.Standard))
	request, err := rig.key.Encryptor().Encrypt(plantest.Runs(rig.sample()))
	check(t, err)
	var seen []*he.Value
	_, err = rig.session.RunOne(context.Background(), request, 0, func(v *he.Value, _ time.Duration) { seen = append(seen, v) })
	check(t, err)
	if len(seen) != len(rig.plan.Circuit.Values) {
		t.Errorf("%d operations observed of %d", len(seen), len(rig.plan.Circuit.Values))
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	response, err := rig.session.Run(ctx, request, nil)
	wantError(t, err, "canceled")
	if response != nil {
		t.Error("a cancelled run has a response")
	}
}

// TestCancelWithin cancels while an operation runs: no other begins.
func TestCancelWithin(t *testing.T) {
	rig := newRig(t, smallPlan(params.Standard))
	ctx, cancel := context.WithCancel(context.Background())
	operations := 0
	_, err := rig.session.RunOne(ctx, rig.request(t), 0, func(*he.Value, time.Duration) { operations++; cancel() })
	wantError(t, err, "canceled")
	if operations != 1 {
		t.Errorf("%d operations ran", operations)
	}
}
