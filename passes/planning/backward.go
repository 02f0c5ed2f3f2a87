package planning

import (
	"context"
	"math"
	"math/rand/v2"

	"hecc/ir/he"
)

// probe takes the gains on one sample: the circuit's adjoint is run backwards from each output, or from
// random sums of outputs.
func (p *profile) probe(ctx context.Context, c *he.Circuit, values [][]float64) error {
	at, err := c.Output.Find()
	if err != nil {
		return err
	}
	rng := rand.New(rand.NewPCG(3, 4))
	adjoint := &adjoints{of: make([][]float64, len(c.Values)), slots: c.Slots}
	for k := range probeCount(c) {
		if err := ctx.Err(); err != nil {
			return err
		}
		for i, place := range at {
			weight := 0.0
			switch {
			case len(at) > exactOutputs:
				weight = math.Sqrt(probeMargin/float64(len(at))) * float64(1-2*rng.IntN(2))
			case i == k:
				weight = 1
			}
			if weight != 0 {
				adjoint.at(c.Outputs[place/c.Slots].ID)[place%c.Slots] += weight
			}
		}
		p.backward(c, values, adjoint, k)
	}
	return nil
}

// probeCount is how many outputs, or sums of outputs, gains are taken for.
func probeCount(c *he.Circuit) int {
	if c.Output.Size > exactOutputs {
		return probes
	}
	return c.Output.Size
}

// adjoints holds the derivatives of an output with respect to the slots of each value, and reuses them.
type adjoints struct {
	of    [][]float64
	slots int
	free  [][]float64
}

// at is the adjoint of a value, zero at first.
func (a *adjoints) at(id int) []float64 {
	if a.of[id] == nil {
		if n := len(a.free); n > 0 {
			a.of[id], a.free = a.free[n-1], a.free[:n-1]
			clear(a.of[id])
		} else {
			a.of[id] = make([]float64, a.slots)
		}
	}
	return a.of[id]
}

// release forgets the adjoint of a value.
func (a *adjoints) release(id int) {
	a.free, a.of[id] = append(a.free, a.of[id]), nil
}

// backward runs the adjoint from the last value to the first and records the gains for output k.
func (p *profile) backward(c *he.Circuit, values [][]float64, adjoint *adjoints, k int) {
	for i := len(c.Values) - 1; i >= 0; i-- {
		v, a := c.Values[i], adjoint.of[i]
		if a == nil {
			continue
		}
		sum, weighted, coherent := 0.0, 0.0, 0.0
		for _, x := range a {
			sum += x * x
			coherent += math.Abs(x)
		}
		for s, e := range p.energy[i] {
			weighted += e * a[s] * a[s]
		}
		p.gain[i][k], p.rotatedGain[i][k], p.coherentGain[i][k] = sum, weighted, coherent
		in := make([][]float64, len(v.In))
		for k, x := range v.In {
			in[k] = adjoint.at(x.ID)
		}
		v.Adjoint(values, a, in)
		adjoint.release(i)
	}
}
