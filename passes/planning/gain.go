package planning

import (
	"context"
	"math"
	"math/rand/v2"

	"hecc/ir/he"
)

// profile is what was measured of a packed circuit on samples in clear.
type profile struct {
	largest     []float64   // by value: the largest absolute slot
	square      []float64   // by value: the mean square of the slots, on the worst sample
	energy      [][]float64 // by value with diagonals and slot: Σ diag² over the rotated terms
	gain        [][]float64 // by value and output probed, the noise gain: Σ over slots of (∂output/∂slot)²
	rotatedGain [][]float64 // the same, each slot weighted by its energy

	// For products of two noises, which products of ciphertexts have (second.go):
	active       []float64      // by value: the mean square of the slots that are not zero, on the worst sample
	coherentGain [][]float64    // by product and output probed: Σ over slots of |∂output/∂slot|
	varianceGain []varianceGain // by value
}

const (
	exactOutputs = 32 // with up to so many outputs, gains are taken for each; with more, for random sums
	probes       = 16 // random sums of outputs
	probeMargin  = 4  // assumed ratio of the largest gain of an output to the mean of all, for random sums
)

// Samples are the inputs that a circuit is measured on: the magnitudes of values on all of them, and noise
// gains on some.
type Samples struct {
	Typical   [][]float64 // noise gains are taken on these
	Tail      []float64   // the sample with the largest noise gain, or nil
	Magnitude [][]float64 // samples on which values are large; no noise gains are taken

	Headroom float64 // factor by which values may be larger than on these samples
	TailGain float64 // factor on the deviation of noise on the tail sample, for unseen ones
}

// measure runs the samples. It takes noise gains on the typical ones, and separately on the tail sample.
func measure(ctx context.Context, c *he.Circuit, samples Samples) (typical, tail *profile, err error) {
	p := &profile{largest: make([]float64, len(c.Values)), square: make([]float64, len(c.Values)),
		energy: make([][]float64, len(c.Values)), active: make([]float64, len(c.Values)), varianceGain: varianceGains(c)}
	for i, v := range c.Values {
		p.energy[i] = diagEnergy(v.Op, c.Slots)
	}
	p.clearGains(c)
	tailProfile := *p // shares the magnitudes
	tailProfile.clearGains(c)
	for _, x := range samples.Typical {
		if err := p.measureOn(ctx, c, x, p); err != nil {
			return nil, nil, err
		}
	}
	if samples.Tail != nil {
		if err := p.measureOn(ctx, c, samples.Tail, &tailProfile); err != nil {
			return nil, nil, err
		}
	}
	for _, x := range samples.Magnitude {
		if err := p.measureOn(ctx, c, x, nil); err != nil {
			return nil, nil, err
		}
	}
	for i := range p.largest {
		p.largest[i] *= samples.Headroom
	}
	tailProfile.amplify(samples.TailGain * samples.TailGain)
	return p, &tailProfile, nil
}

// measureOn observes the magnitudes on one sample, and takes the gains there into a profile if there is one.
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
	p.gain, p.rotatedGain, p.coherentGain = make([][]float64, n), make([][]float64, n), make([][]float64, n)
	for i := range n {
		p.gain[i], p.rotatedGain[i], p.coherentGain[i] = make([]float64, probeCount(c)), make([]float64, probeCount(c)), make([]float64, probeCount(c))
	}
}

// amplify multiplies all gains.
func (p *profile) amplify(factor float64) {
	for i := range p.gain {
		for k := range p.gain[i] {
			p.gain[i][k] *= factor
			p.rotatedGain[i][k] *= factor
			p.coherentGain[i][k] *= factor // this one multiplies products of two noises
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
	energy, buf := make([]float64, slots), make([]float64, slots)
	for _, t := range op.Meaning().Terms {
		if t.Baby == 0 && t.Giant == 0 {
			continue
		}
		diag := t.Diag.Dense(buf)
		for s := range energy {
			d := diag.At((s + t.Giant) & (slots - 1))
			energy[s] += d * d
		}
	}
	return energy
}

// probe takes the gains on one sample: the circuit's adjoint is run backwards from each output, or from
// random sums of outputs.
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

// backward runs the adjoint from the last value to the first and records the gains for output k.
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
		p.gain[i][k], p.rotatedGain[i][k] = max(p.gain[i][k], sum), max(p.rotatedGain[i][k], weighted)
		p.coherentGain[i][k] = max(p.coherentGain[i][k], coherent)
		in := make([][]float64, len(v.In))
		for k, x := range v.In {
			in[k] = slotsOf(adjoint, x.ID, c.Slots)
		}
		v.Adjoint(values, a, in)
		adjoint[i] = nil
	}
}
