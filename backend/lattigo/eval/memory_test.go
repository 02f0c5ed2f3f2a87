package eval_test

import (
	"bytes"
	"context"
	"errors"
	"reflect"
	"runtime"
	"testing"

	"hecc/backend/lattigo/crypt"
	"hecc/backend/lattigo/eval"
	"hecc/backend/lattigo/internal/plantest"
	"hecc/backend/lattigo/kernel"
	"hecc/ir/he"
	"hecc/ir/params"
	"hecc/ir/plan"
	"hecc/runtime/wire"
)

// contested is a plan whose keys serve several operations: babies also in Folds, at other levels and in other
// sums.
func contested() *plan.Plan {
	b := plantest.New(plantest.Params(params.ConjugateInvariant, 12, []float64{37, 28}, []float64{40}), 1)
	x := b.Input(0, 1, 1<<14)
	y := b.Op(he.Linear{Terms: diagonals(b.Slots, 1, []int{0, 1, 2, 3, 5}, []int{0})}, 1, 1<<8, x)
	y = b.Op(he.Linear{Terms: diagonals(b.Slots, 1, []int{0, 3}, []int{0, 32})}, 1, 1<<8, y)
	y = b.Op(he.Fold{Steps: []int{0, 1, 2}}, 1, 1, y)
	y = b.Op(he.Fold{Steps: []int{0, 1, 2}}, 0, 1, y)
	return b.Plan(b.Op(he.Fold{Steps: []int{0, 7}}, 0, 1, y))
}

func keysOf(t *testing.T, p *plan.Plan) (*crypt.SecretKey, *wire.EvaluationKeys) {
	t.Helper()
	key, err := crypt.GenerateSecretKey(&p.Interface)
	check(t, err)
	keys, err := key.EvaluationKeys()
	check(t, err)
	return key, keys
}

// TestBudget: whatever the budget, a session keeps within it, takes what the model says, and gives the same
// to the bit. With a larger one it never takes less.
func TestBudget(t *testing.T) {
	b := plantest.New(plantest.Params(rings[0], 13, []float64{45, 52, 30}, []float64{38, 39}), 2)
	for name, p := range map[string]*plan.Plan{
		"contested": contested(), "everything": everything(b, 2),
		"descending": descending(plantest.New(plantest.Params(rings[1], 13, []float64{45, 40, 38}, []float64{45}), 1), 2),
	} {
		t.Run(name, func(t *testing.T) {
			key, keys := keysOf(t, p)
			rig := &rig{p, key, nil}
			request := rig.request(t)
			var want any
			least, before := int64(0), int64(0)
			for _, budget := range []int64{0, 101, 105, 110, 120, 150, 1000} { // in percent of the least
				options := []eval.Option{eval.Threads(2)}
				if budget > 0 {
					options = append(options, eval.Memory(least*budget/100))
				}
				model, err := eval.Load(context.Background(), p, options...)
				check(t, err)
				session, err := model.Open(context.Background(), keys)
				check(t, err)
				if least == 0 {
					least = session.Bytes()
				}
				if n := session.Bytes(); n != model.SessionBytes() || n < before || budget > 0 && n > least*budget/100 {
					t.Errorf("%d %% of %d: %d bytes, the model says %d, with less there were %d", budget, least, n, model.SessionBytes(), before)
				}
				before = session.Bytes()
				got, err := session.Run(context.Background(), request, nil)
				check(t, err)
				if want == nil {
					want = got.Runs
				}
				if !reflect.DeepEqual(want, any(got.Runs)) {
					t.Errorf("%d %% give something else than the least", budget)
				}
			}
			if before == least {
				t.Error("more memory is of no use: the test shows nothing")
			}
			_, err := eval.Load(context.Background(), p, eval.Memory(least-1))
			if tight := (*eval.MemoryError)(nil); !errors.As(err, &tight) || tight.Least != least || tight.Budget != least-1 {
				t.Errorf("below the least: error %v", err)
			}
		})
	}
}

// TestBytes pins the memory of small plans: of a session 16·N bytes for each digit and limb of each key.
// Kernels in Go hold the same constants on every machine.
func TestBytes(t *testing.T) {
	for name, c := range map[string]struct {
		plan                *plan.Plan
		model, session, run int64
	}{
		"small":     {smallPlan(params.ConjugateInvariant), 442368, 524288, 1033088},
		"contested": {contested(), 1652736, 2097152, 2883328},
	} {
		model, err := eval.Load(context.Background(), c.plan, eval.Instructions(kernel.Go))
		check(t, err)
		if got := [3]int64{model.Bytes(), model.SessionBytes(), model.RunBytes()}; got != [3]int64{c.model, c.session, c.run} {
			t.Errorf("%s: %d bytes of the model, a session and a run, want %d %d %d", name, got, c.model, c.session, c.run)
		}
	}
}

// heap is the live heap.
func heap() int64 {
	for range 3 {
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestHeap compares what model and sessions say they hold with the live heap, while they are open and after
// Close.
func TestHeap(t *testing.T) {
	b := plantest.New(plantest.Params(rings[0], 13, []float64{45, 52, 30}, []float64{38, 39}), 2)
	p := everything(b, 2)
	key, keys := keysOf(t, p)
	request := (&rig{p, key, nil}).request(t)
	file := keys.Encode(&p.Interface)
	keys = nil
	ctx := context.Background()
	start := heap()
	near := func(what string, got, want int64) {
		t.Helper()
		if slack := want/20 + 1<<20; got < want-slack || got > want+slack {
			t.Errorf("%s: the heap has %d KiB more, want %d", what, got>>10, want>>10)
		}
	}
	model, err := eval.Load(ctx, p)
	check(t, err)
	loaded := heap()
	near("the model and a run", loaded-start, model.Bytes()+model.RunBytes())
	var sessions []*eval.Session
	for range 2 {
		s, err := model.OpenStream(ctx, bytes.NewReader(file))
		check(t, err)
		sessions = append(sessions, s)
	}
	near("two sessions", heap()-loaded, 2*sessions[0].Bytes())
	for _, s := range sessions {
		_, err := s.Run(ctx, request, nil)
		check(t, err)
	}
	near("after runs", heap()-loaded, 2*sessions[0].Bytes())
	sessions[0].Close()
	near("one closed", heap()-loaded, sessions[1].Bytes())
	sessions[1].Close()
	model.Close()
	near("all closed", heap()-start, 0)
	runtime.KeepAlive(sessions)
	runtime.KeepAlive(model)
	runtime.KeepAlive(file)
	runtime.KeepAlive(request)
}
