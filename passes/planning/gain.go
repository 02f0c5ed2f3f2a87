package planning

import (
	"context"
	"math"
	"slices"

	"hecc/ir/he"
	"hecc/passes/internal/parallel"
)

// profile is what was measured of a packed circuit on samples in clear.
type profile struct {
	largest     []float64     // by value: the largest absolute slot
	square      []float64     // by value: the mean square of the slots, on the worst sample
	terms       []linearTerms // by value
	energy      [][]float64   // by value with diagonals and slot: Σ diag² over the rotated terms
	gain        [][]float64   // by value and output probed, the noise gain: Σ over slots of (∂output/∂slot)²
	rotatedGain [][]float64   // the same, each slot weighted by its energy

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
	inputs := slices.Clone(samples.Typical)
	if samples.Tail != nil {
		inputs = append(inputs, samples.Tail)
	}
	withGains := len(inputs)
	inputs = append(inputs, samples.Magnitude...)
	typical, tail = newProfile(c, true), newProfile(c, true)
	typical.varianceGain, typical.energy, typical.terms = varianceGains(c), diagEnergies(c), countAllTerms(c)
	measured, err := measureAll(ctx, c, inputs, withGains, typical.energy)
	if err != nil {
		return nil, nil, err
	}
	for k, m := range measured {
		typical.raiseMagnitudes(m)
		switch {
		case k < len(samples.Typical):
			typical.raiseGains(m)
		case k < withGains:
			tail.raiseGains(m)
		}
	}
	for i := range typical.largest {
		typical.largest[i] *= samples.Headroom
	}
	typical.findCoincidences(c, measured)
	tail.amplify(samples.TailGain * samples.TailGain)
	tail.largest, tail.square, tail.active = typical.largest, typical.square, typical.active
	tail.varianceGain, tail.energy, tail.terms = typical.varianceGain, typical.energy, typical.terms
	return typical, tail, nil
}

// sideBySide is how many samples are evaluated at once.
const sideBySide = 8

// measureAll gives the magnitudes on each sample, and of the first ones the gains too.
func measureAll(ctx context.Context, c *he.Circuit, inputs [][]float64, withGains int, energy [][]float64) ([]*profile, error) {
	measured, used := make([]*profile, len(inputs)), c.JacobianUses()
	values := make([][][]float64, withGains)
	for k := range measured {
		measured[k] = newProfile(c, k < withGains)
		measured[k].energy = energy
	}
	for k := range values {
		values[k] = make([][]float64, len(c.Values))
	}
	err := parallel.For(ctx, (len(inputs)+sideBySide-1)/sideBySide, func(group int) error {
		first := group * sideBySide
		some := inputs[first:min(first+sideBySide, len(inputs))]
		_, err := c.EvalMany(packSome(c, some), len(some), func(v *he.Value, all []float64) {
			slots := make([]float64, c.Slots)
			for k := range some {
				pick(all, len(some), k, slots)
				measured[first+k].observe(v, slots)
				if first+k < withGains && used[v.ID] {
					values[first+k][v.ID] = slices.Clone(slots)
				}
			}
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	return measured, parallel.For(ctx, withGains, func(k int) error { return measured[k].probe(ctx, c, values[k]) })
}

// pick takes the numbers of sample k from those of several side by side.
func pick(all []float64, samples, k int, slots []float64) {
	for t := range slots {
		slots[t] = all[t*samples+k]
	}
}

// packSome are the ciphertexts of some samples side by side.
func packSome(c *he.Circuit, samples [][]float64) [][]float64 {
	out := make([][]float64, c.Input.Cts())
	for ct := range out {
		out[ct] = make([]float64, c.Slots*len(samples))
	}
	for k, x := range samples {
		for ct, slots := range c.Input.Pack(x) {
			for s, y := range slots {
				out[ct][s*len(samples)+k] = y
			}
		}
	}
	return out
}

// newProfile is a profile in which all that is measured is zero.
func newProfile(c *he.Circuit, gains bool) *profile {
	n := len(c.Values)
	p := &profile{largest: make([]float64, n), square: make([]float64, n), active: make([]float64, n)}
	if gains {
		for _, list := range []*[][]float64{&p.gain, &p.rotatedGain, &p.coherentGain} {
			*list = make([][]float64, n)
			for i := range *list {
				(*list)[i] = make([]float64, probeCount(c))
			}
		}
	}
	return p
}

// raiseMagnitudes takes the larger of each magnitude.
func (p *profile) raiseMagnitudes(o *profile) {
	raise(p.largest, o.largest)
	raise(p.square, o.square)
	raise(p.active, o.active)
}

// raiseGains takes the larger of each gain.
func (p *profile) raiseGains(o *profile) {
	for i := range p.gain {
		raise(p.gain[i], o.gain[i])
		raise(p.rotatedGain[i], o.rotatedGain[i])
		raise(p.coherentGain[i], o.coherentGain[i])
	}
}

func raise(list, to []float64) {
	for i, x := range to {
		list[i] = max(list[i], x)
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

// observe takes the magnitudes of one value.
func (p *profile) observe(v *he.Value, slots []float64) {
	sum, largest, active := 0.0, 0.0, 0
	for _, x := range slots {
		if x == 0 {
			continue
		}
		sum += x * x
		largest = max(largest, math.Abs(x))
		active++
	}
	p.largest[v.ID], p.square[v.ID], p.active[v.ID] = largest, sum/float64(len(slots)), sum/float64(max(active, 1))
}

// diagEnergies lists diagEnergy for all values.
func diagEnergies(c *he.Circuit) [][]float64 {
	energy := make([][]float64, len(c.Values))
	for i, v := range c.Values {
		energy[i] = diagEnergy(v.Op, c.Slots)
	}
	return energy
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
		he.NonZero(t.Diag, slots, func(s int, d float64) { energy[(s-t.Giant)&(slots-1)] += d * d })
	}
	return energy
}
