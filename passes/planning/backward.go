package planning

import (
	"context"
	"math"
	"math/rand/v2"

	"hecc/ir/he"
)

// probe takes the gains on one sample: the circuit's adjoint is run backwards from all outputs, or from
// random sums of outputs, side by side.
func (p *profile) probe(ctx context.Context, c *he.Circuit, values [][]float64) error {
	at, err := c.Output.Find()
	if err != nil {
		return err
	}
	rng := rand.New(rand.NewPCG(3, 4))
	count := probeCount(c)
	adjoint := &adjoints{of: make([][]float64, len(c.Values)), size: c.Slots * count}
	for k := range count {
		for i, place := range at {
			weight := 0.0
			switch {
			case len(at) > exactOutputs:
				weight = math.Sqrt(probeMargin/float64(len(at))) * float64(1-2*rng.IntN(2))
			case i == k:
				weight = 1
			}
			if weight != 0 {
				adjoint.at(c.Outputs[place/c.Slots].ID)[place%c.Slots*count+k] += weight
			}
		}
	}
	return p.backward(ctx, c, values, adjoint, count)
}

// probeCount is how many outputs, or sums of outputs, gains are taken for.
func probeCount(c *he.Circuit) int {
	if c.Output.Size > exactOutputs {
		return probes
	}
	return c.Output.Size
}

// adjoints holds the derivatives of outputs with respect to the slots of each value, and reuses them.
type adjoints struct {
	of   [][]float64
	size int
	free [][]float64
}

// at is the adjoint of a value, zero at first.
func (a *adjoints) at(id int) []float64 {
	if a.of[id] == nil {
		if n := len(a.free); n > 0 {
			a.of[id], a.free = a.free[n-1], a.free[:n-1]
			clear(a.of[id])
		} else {
			a.of[id] = make([]float64, a.size)
		}
	}
	return a.of[id]
}

// release forgets the adjoint of a value.
func (a *adjoints) release(id int) {
	a.free, a.of[id] = append(a.free, a.of[id]), nil
}

// backward runs the adjoints of so many outputs from the last value to the first and records the gains.
func (p *profile) backward(ctx context.Context, c *he.Circuit, values [][]float64, adjoint *adjoints, outputs int) error {
	for i := len(c.Values) - 1; i >= 0; i-- {
		v, a := c.Values[i], adjoint.of[i]
		if err := ctx.Err(); err != nil {
			return err
		}
		if a == nil {
			continue
		}
		sums, coherent, weighted := p.gain[i], p.coherentGain[i], p.rotatedGain[i]
		for s := 0; s < len(a); s += outputs {
			for k, x := range a[s : s+outputs] {
				sums[k] += x * x
				coherent[k] += math.Abs(x)
			}
		}
		for s, e := range p.energy[i] {
			for k, x := range a[s*outputs : (s+1)*outputs] {
				weighted[k] += e * x * x
			}
		}
		in := make([][]float64, len(v.In))
		for k, x := range v.In {
			in[k] = adjoint.at(x.ID)
		}
		v.Adjoint(values, c.Slots, a, in)
		adjoint.release(i)
	}
	return nil
}
