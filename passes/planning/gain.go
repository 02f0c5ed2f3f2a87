package planning

import (
	"context"
	"math"
	"math/rand/v2"

	"hecc/ir/he"
)

// profile is what samples in clear tell about a packed circuit.
type profile struct {
	largest []float64   // by value: the largest absolute slot
	square  []float64   // by value: the mean square of the slots, on the worst sample
	energy  [][]float64 // by value with diagonals and slot: Σ diag² over the rotated terms
	gain    [][]float64 // by value and output probed: Σ over slots of (∂output/∂slot)²
	rotated [][]float64 // the same, each slot weighted by its energy

	// For noise that meets noise, in products of ciphertexts:
	active   []float64   // by value: the mean square of the slots that are not zero, on the worst sample
	coherent [][]float64 // by product and output probed: Σ over slots of |∂output/∂slot|
	power    []power     // by value
}

const (
	exactOutputs = 32 // up to so many outputs the gains of each are taken, else of random sums
	probes       = 16
	probeMargin  = 4 // an output's gain relative to the mean of all, where sums were probed
)

// Samples are what a circuit is measured on: how large values become on all of them, and how strongly noise
// is amplified around some.
type Samples struct {
	Typical   [][]float64 // like most: noise gains are taken around them
	Tail      []float64   // the one that amplifies noise most, if not nil. Where values have heavy tails that is far more
	Magnitude [][]float64 // on which values are large

	Growth   float64 // how much larger than on these values may become
	TailGain float64 // by how much noise is multiplied around the tail sample
}

// measure runs the samples and takes gains around the typical ones, and apart from these around the tail
// sample.
func measure(ctx context.Context, c *he.Circuit, samples Samples) (typical, tail *profile, err error) {
	p := &profile{largest: make([]float64, len(c.Values)), square: make([]float64, len(c.Values)),
		energy: make([][]float64, len(c.Values)), active: make([]float64, len(c.Values)), power: powers(c)}
	for i, v := range c.Values {
		p.energy[i] = diagEnergy(v.Op, c.Slots)
	}
	p.clearGains(c)
	around := *p // what is observed is shared
	around.clearGains(c)
	for _, x := range samples.Typical {
		if err := p.measureOn(ctx, c, x, p); err != nil {
			return nil, nil, err
		}
	}
	if samples.Tail != nil {
		if err := p.measureOn(ctx, c, samples.Tail, &around); err != nil {
			return nil, nil, err
		}
	}
	for _, x := range samples.Magnitude {
		if err := p.measureOn(ctx, c, x, nil); err != nil {
			return nil, nil, err
		}
	}
	for i := range p.largest {
		p.largest[i] *= samples.Growth
	}
	around.amplify(samples.TailGain * samples.TailGain)
	return p, &around, nil
}

// measureOn observes one sample, and adds the gains around it to a profile if there is one.
func (p *profile) measureOn(ctx context.Context, c *he.Circuit, x []float64, gains *profile) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	values := make([][]float64, len(c.Values))
	_, err := c.Eval(c.Input.Pack(x), func(v *he.Value, slots []float64) {
		p.observe(v, slots)
		if gains != nil {
			values[v.ID] = append([]float64(nil), slots...)
		}
	})
	if err != nil || gains == nil {
		return err
	}
	return gains.probe(ctx, c, values)
}

// clearGains forgets all gains.
func (p *profile) clearGains(c *he.Circuit) {
	n := len(c.Values)
	p.gain, p.rotated, p.coherent = make([][]float64, n), make([][]float64, n), make([][]float64, n)
	for i := range n {
		p.gain[i], p.rotated[i], p.coherent[i] = make([]float64, probeCount(c)), make([]float64, probeCount(c)), make([]float64, probeCount(c))
	}
}

// amplify multiplies all gains.
func (p *profile) amplify(factor float64) {
	for i := range p.gain {
		for k := range p.gain[i] {
			p.gain[i][k] *= factor
			p.rotated[i][k] *= factor
			p.coherent[i][k] *= factor // of products of two noises
		}
	}
}

func (p *profile) observe(v *he.Value, slots []float64) {
	sum, active := 0.0, 0
	for _, x := range slots {
		p.largest[v.ID] = max(p.largest[v.ID], math.Abs(x))
		sum += x * x
		if x != 0 {
			active++
		}
	}
	p.square[v.ID] = max(p.square[v.ID], sum/float64(len(slots)))
	p.active[v.ID] = max(p.active[v.ID], sum/float64(max(active, 1)))
}

// diagEnergy is Σ diag² of the terms that are rotated, by slot; nil without such terms.
func diagEnergy(op he.Op, slots int) []float64 {
	if !multiplies(op) || len(op.KeySwitches().Rotations) == 0 {
		return nil
	}
	energy := make([]float64, slots)
	for _, t := range op.Meaning().Terms {
		if t.Baby == 0 && t.Giant == 0 {
			continue
		}
		for s := range energy {
			d := t.Diag.At((s + t.Giant) & (slots - 1))
			energy[s] += d * d
		}
	}
	return energy
}

// probe takes the gains around one sample by running the circuit's derivative backwards
// from each output, or from random sums of outputs.
func (p *profile) probe(ctx context.Context, c *he.Circuit, values [][]float64) error {
	at, err := c.Output.Find()
	if err != nil {
		return err
	}
	rng := rand.New(rand.NewPCG(3, 4))
	for k := range probeCount(c) {
		if err := ctx.Err(); err != nil {
			return err
		}
		adjoint := make([][]float64, len(c.Values))
		for i, place := range at {
			weight := 0.0
			switch {
			case len(at) > exactOutputs:
				weight = math.Sqrt(probeMargin/float64(len(at))) * float64(1-2*rng.IntN(2))
			case i == k:
				weight = 1
			}
			if weight != 0 {
				slotsOf(adjoint, c.Outputs[place/c.Slots].ID, c.Slots)[place%c.Slots] += weight
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

func slotsOf(list [][]float64, id, slots int) []float64 {
	if list[id] == nil {
		list[id] = make([]float64, slots)
	}
	return list[id]
}

// backward adds up, value by value from the last, what each contributes to output k.
func (p *profile) backward(c *he.Circuit, values, adjoint [][]float64, k int) {
	for i := len(c.Values) - 1; i >= 0; i-- {
		v, a := c.Values[i], adjoint[i]
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
		p.gain[i][k], p.rotated[i][k] = max(p.gain[i][k], sum), max(p.rotated[i][k], weighted)
		p.coherent[i][k] = max(p.coherent[i][k], coherent)
		in := make([][]float64, len(v.In))
		for k, x := range v.In {
			in[k] = slotsOf(adjoint, x.ID, c.Slots)
		}
		v.Adjoint(values, a, in)
		adjoint[i] = nil
	}
}
