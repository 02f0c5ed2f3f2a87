package passes

import (
	"math"
	"slices"

	"hecc/ir/tensor"
	"hecc/passes/packing"
	"hecc/passes/promise"
)

// errorFor is the error that a plan with so much noise would promise.
func (c *compilation) errorFor(noise float64) float64 {
	r := c.release()
	return c.fit.Error + r.OutputError(r.ShownNoise(r.PromisedNoise(noise)))
}

// Targets of encryption noise where the user gives none, relative to the range of the outputs. A linear model
// is a transform whose numbers are used further; the scores of a network with functions need less precision.
// Noise of a tenth of the polynomials' error is always enough.
const (
	linearNoise  = 5e-5
	networkNoise = 1.4e-3

	boundedNoise  = 0.01 // relative to a range that outputs are bounded by, as probabilities are
	constantNoise = 1e-6 // relative to the outputs' magnitude, for outputs that vary by less
)

// noiseRoom is how much noise the outputs of the circuit may have.
type noiseRoom struct {
	usual   float64 // which is always allowed
	allowed float64
	most    float64 // that plans are tried with: see settleNoise
}

// noiseTarget is how much noise the outputs of the circuit may have.
func (c *compilation) noiseTarget() float64 { return c.noiseRoom().allowed }

func (c *compilation) noiseRoom() (room noiseRoom) {
	r := c.release()
	lo, hi := rangeOf(c.outputsOnSamples())
	room.usual = c.usualNoise(lo, hi)
	decides := c.opts.TargetAgreement > 0 && c.jury != nil
	switch {
	case c.opts.TargetError > 0:
		room.most = r.HiddenNoise(r.AllowedError(c.opts.TargetError-c.fit.Error, hi-lo)) / r.PromisedNoise(1)
		room.usual = min(room.usual, room.most)
		if !decides {
			room.usual = room.most
		}
	case decides:
		room.most = max(room.usual, decisionNoise*(hi-lo)/r.Flooded(1))
	default:
		room.most = room.usual
	}
	room.allowed = room.most
	if decides {
		room.allowed = c.noiseForDecisions(room.usual, room.most)
	}
	return room
}

// usualNoise is how much noise outputs of this range have where nothing is asked for.
func (c *compilation) usualNoise(lo, hi float64) float64 {
	r, relative := c.release(), networkNoise
	if packing.Depth(c.graph) <= 1 {
		relative = linearNoise
	}
	least := r.AllowedError(c.fit.HeldOutError/10, hi-lo)
	size := max(math.Abs(lo), math.Abs(hi))
	if size == 0 {
		size = 1
	}
	if floor := constantNoise * size; hi-lo < floor {
		return max(floor, least) / r.Flooded(1)
	}
	own := relative * (hi - lo)
	if math.IsInf(promise.Lipschitz(c.epilogue), 1) { // the error of the judged output is then relative to its own range
		lo, hi := rangeOf(r.Judged())
		own = min(own, r.AllowedError(networkNoise*(hi-lo), own))
	}
	if width := r.JudgedWidth(); !math.IsInf(width, 1) { // the range of scores does not bound the error of probabilities
		own = min(own, r.AllowedError(boundedNoise*width, own)/r.PromisedNoise(1))
	}
	room := max(own, least)
	if c.byDistance() {
		room = min(room, r.AllowedError(c.fit.Loss.Distance(), room))
	}
	return room / r.Flooded(1)
}

// byDistance says whether the distance from values has chosen the polynomials. It bounds noise too, and what results are rounded to: few
// samples predict an error of which a tenth is more than that.
func (c *compilation) byDistance() bool {
	return c.fit.Loss != nil && !c.fit.Loss.Classes && c.targets().Labelled
}

// rangeOf is the range of all numbers in some rows.
func rangeOf(rows [][]float64) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, y := range rows {
		for _, v := range y {
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	return lo, hi
}

// outputsOnSamples evaluates the polynomial graph on the samples.
func (c *compilation) outputsOnSamples() [][]float64 {
	e := tensor.NewEvaluator(c.graph)
	out := make([][]float64, len(c.samples))
	for i, x := range c.samples {
		v, err := e.Run(x)
		if err != nil {
			panic(err) // checkOptions has checked the lengths
		}
		out[i] = slices.Clone(v.Of(c.graph.Outputs[0].Node))
	}
	return out
}
