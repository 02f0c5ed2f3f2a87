package eval_test

import (
	"context"
	"fmt"
	"testing"

	"hecc/backend/lattigo/eval"
	"hecc/backend/lattigo/internal/plantest"
	"hecc/backend/lattigo/kernel"
	"hecc/ir/memory"
	"hecc/ir/params"
	"hecc/ir/plan"
)

// TestPredictedMemory: what package memory says of a plan is what the model then says that it holds.
func TestPredictedMemory(t *testing.T) {
	plans := map[string]*plan.Plan{
		"small":     smallPlan(params.ConjugateInvariant),
		"standard":  smallPlan(params.Standard),
		"contested": contested(),
	}
	for special, logN := range map[int]int{1: 13, 2: 13, 3: 14} {
		p := []float64{38, 39, 40}[:special]
		b := plantest.New(plantest.Params(params.ConjugateInvariant, logN, []float64{45, 52, 30}, p), 2)
		plans[fmt.Sprintf("everything with %d special primes", special)] = everything(b, 2)
		plans[fmt.Sprintf("chained with %d special primes", special)] = chained(params.ConjugateInvariant, special)
	}
	for name, p := range plans {
		for instructions, processor := range processors {
			if instructions > kernel.Best() {
				continue
			}
			model, err := eval.Load(context.Background(), p, eval.Instructions(instructions))
			check(t, err)
			got := memory.Of(p.Circuit, processor)
			if want := (memory.Usage{Model: model.Bytes(), Run: model.RunBytes(), Session: model.SessionBytes(), SessionMost: got.SessionMost, Client: got.Client}); got != want {
				t.Errorf("%s, %v: predicted %+v, held %+v", name, instructions, got, want)
			}
			if most := memory.Of(p.Circuit, memory.Any); most.Model < got.Model {
				t.Errorf("%s: a model takes %d at most, %d with %v", name, most.Model, got.Model, instructions)
			}
			model, err = eval.Load(context.Background(), p, eval.Memory(1<<40), eval.Instructions(instructions))
			check(t, err)
			if got.SessionMost != model.SessionBytes() {
				t.Errorf("%s: a session takes %d with everything held, predicted %d", name, model.SessionBytes(), got.SessionMost)
			}
		}
	}
}

var processors = map[kernel.Instructions]memory.Processor{kernel.Go: memory.Go, kernel.AVX512: memory.AVX512, kernel.IFMA: memory.IFMA}

// TestKernelBounds: package memory, which does not import the kernels, has their bounds and names.
func TestKernelBounds(t *testing.T) {
	if eval.Processor() != processors[kernel.Best()] {
		t.Errorf("processor %v for %v", eval.Processor(), kernel.Best())
	}
	if memory.MaxProducts != kernel.MaxProducts || memory.MaxPlain != kernel.MaxPlain {
		t.Error("the bounds of a pass differ between package memory and the kernels")
	}
}
