package passes

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"runtime/metrics"
	"slices"
	"time"

	"hecc/ir/he"
	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/passes/fit"
)

// PassReport is what a pass took, and the size of its result.
type PassReport struct {
	Name string
	Took
	Size Size
}

// Took is time and memory, including that of other goroutines of the process.
type Took struct {
	Time      time.Duration
	Allocated uint64 // bytes, freed ones included
	Live      uint64 // bytes of the heap afterwards, garbage included
}

// Size is how large a graph or a circuit is.
type Size struct {
	Nodes   int // or values of a circuit; of several circuits all
	Weights int // numbers that its operations hold
}

// heapMark is a time, and the bytes allocated until then.
type heapMark struct {
	at        time.Time
	allocated uint64
}

func measureNow() heapMark {
	allocated, _ := heap()
	return heapMark{time.Now(), allocated}
}

func (m heapMark) since() Took {
	allocated, live := heap()
	return Took{time.Since(m.at), allocated - m.allocated, live}
}

// heap is how many bytes were ever allocated, and how many are in use.
func heap() (allocated, live uint64) {
	samples := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}, {Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(samples)
	return samples[0].Value.Uint64(), samples[1].Value.Uint64()
}

// size measures the graph or the circuits at a stage.
func (c *compilation) size(stage string) (s Size) {
	switch stage {
	case "packed":
		for _, p := range c.packed {
			s.addCircuit(p.Circuit)
		}
	case "planned":
		s.addCircuit(c.circuit)
	default:
		s.Nodes = len(c.graph.Nodes)
		for _, n := range c.graph.Nodes {
			switch op := n.Op.(type) {
			case tensor.Affine:
				for _, m := range op.Maps {
					s.Weights += len(m.Val) + len(m.Bias)
				}
			case tensor.Const:
				s.Weights += len(op.Data)
			case tensor.Poly:
				s.Weights += len(op.Coeffs) * (op.Degree() + 1)
			}
		}
	}
	return s
}

func (s *Size) addCircuit(c *he.Circuit) {
	s.Nodes += len(c.Values)
	for _, v := range c.Values {
		m := v.Op.Meaning()
		s.Weights += he.HeldNumbers(m.Offset)
		for _, t := range m.Terms {
			s.Weights += he.HeldNumbers(t.Diag)
		}
	}
}

// choice is what the plan says of how it was chosen.
func (c *compilation) choice() plan.Choice {
	rings := slices.Clone(c.rings)
	slices.SortFunc(rings, func(a, b plan.Ring) int { return cmp.Compare(a.LogN, b.LogN) })
	for k := range rings {
		if math.IsInf(rings[k].LeastNoise, 1) {
			rings[k].LeastNoise = 0
		}
	}
	return plan.Choice{Noise: c.room.allowed, Rings: rings, Shares: c.noise.Sources(), Fits: c.fit.Shares,
		Cheaper: c.cheaper, Better: c.better}
}

// noteRing remembers what planning for a ring degree gave.
func (c *compilation) noteRing(p plannedPacking) {
	logN := c.packed[p.choice].LogN
	k := slices.IndexFunc(c.rings, func(r plan.Ring) bool { return r.LogN == logN })
	if k < 0 {
		k = len(c.rings)
		c.rings = append(c.rings, plan.Ring{LogN: logN, LeastNoise: math.Inf(1)})
	}
	r := &c.rings[k]
	r.LeastNoise = min(r.LeastNoise, p.closest)
	if ms := p.best.Time() / 1e6; p.ok && (r.Ms == 0 || ms < r.Ms) {
		r.Ms = ms
	}
}

// Where there are no polynomials to choose, so much more and less noise is tried, and a plan is worth telling of
// that takes at most so much of the time.
var moreNoise = []float64{8, 64}

const muchLessNoise = 1.0 / 16

// setOptions tells what else could be had.
func (c *compilation) setOptions(ctx context.Context, chosen plannedPacking) {
	c.cheaper, c.better = c.option(c.fit.Cheaper), c.option(c.fit.Better)
	if c.fit.Degree > 0 || c.opts.TargetAgreement > 0 || !c.opts.Alternatives {
		return
	}
	t := c.planTarget()
	at := func(times, maxCost float64) []plan.Option {
		t.Error, t.MaxCost = times*c.room.allowed, maxCost
		best, _, ok := chosen.planner.BestOnTail(ctx, t)
		if !ok {
			return nil
		}
		best.Runs = chosen.best.Runs
		e := roundUp(c.errorFor(t.Error))
		return []plan.Option{{Degrees: []int{}, Ms: best.Time() / 1e6, Error: e, Flag: fmt.Sprintf("--target-error %.2g", e)}}
	}
	for _, times := range moreNoise {
		if c.cheaper = at(times, fit.CheaperPrice*chosen.best.Time()/chosen.best.Runs); c.cheaper != nil {
			break
		}
	}
	c.better = at(muchLessNoise, 0)
}

// roundUp is a number in two digits, not below.
func roundUp(x float64) float64 {
	digit := math.Pow(10, math.Floor(math.Log10(x))-1)
	return math.Ceil(x/digit) * digit
}

// option is a network of the front as the plan has it.
func (c *compilation) option(a *fit.Alternative) []plan.Option {
	if a == nil {
		return nil
	}
	o := plan.Option{Degrees: a.Fit.Degrees, Ms: c.msOf(a), Error: a.Fit.Error, RMS: a.Fit.RMS, OwnRMS: c.fit.RMS, Flag: c.flagOf(a)}
	if c.decides() {
		o.Agreement = a.Fit.Agreement
	}
	return []plan.Option{o}
}
