package detail

import (
	"context"
	"math"

	"hecc/ir/audit"
	"hecc/ir/plan"
	"hecc/runtime/codec"
)

// Noise is what is to be expected in the slots of one value: see audit.Prediction.
type Noise struct {
	Deviation float64                `json:"deviation"` // root mean square over slots
	Largest   float64                `json:"largest"`   // eight deviations of the noisiest slot
	Magnitude float64                `json:"magnitude"` // largest slot in clear
	Bits      *float64               `json:"bits"`      // log2 of magnitude over deviation; null where that is no number
	Terms     map[audit.Term]float64 `json:"terms"`     // what each adds, as deviations
}

// mostNoiseWork bounds the slots that predicting noise goes through: about ten seconds.
const mostNoiseWork = 1 << 31

// addNoise predicts the noise of every operation for one input.
func (d *Detail) addNoise(ctx context.Context, s *Source) error {
	if noiseWork(s.Plan) > mostNoiseWork {
		d.miss("noise", "the circuit is large: hecc verify --trace predicts and measures its noise")
		return nil
	}
	in, of, err := noiseInput(s)
	if err != nil {
		return err
	}
	for v, n := range audit.PredictNoise(s.Plan.Circuit, in) {
		if err := ctx.Err(); err != nil {
			return err
		}
		o := &Noise{Deviation: finite(n.Deviation), Largest: finite(n.Largest), Terms: map[audit.Term]float64{}}
		for _, x := range n.Exact {
			o.Magnitude = max(o.Magnitude, math.Abs(x))
		}
		o.Magnitude = finite(o.Magnitude)
		if bits := math.Log2(o.Magnitude / o.Deviation); !math.IsNaN(bits) && !math.IsInf(bits, 0) {
			o.Bits = &bits
		}
		for term, x := range n.Terms {
			o.Terms[term] = finite(x)
		}
		d.Operations[v.ID].Noise = o
	}
	d.NoiseOf = of
	return nil
}

// noiseWork is how many slots each draw goes through.
func noiseWork(p *plan.Plan) int {
	work := 0
	for _, v := range p.Circuit.Values {
		work += max(1, len(v.Op.Meaning().Terms)) * p.Circuit.Slots
	}
	return work
}

// noiseInput is the first sample, or a made-up input where there is none.
func noiseInput(s *Source) (slots [][]float64, of string, err error) {
	c := s.Plan.Circuit
	if len(s.Samples) == 0 {
		return c.Input.Pack(audit.Inputs(s.Plan)[0]), "a made-up input inside the plan's range", nil
	}
	k, err := codec.NewCodec(&s.Plan.Interface)
	if err != nil {
		return nil, "", err
	}
	x, err := k.Encode(s.Samples[0])
	if err != nil {
		return nil, "", err
	}
	return c.Input.Pack(x), "the first of the " + s.SamplesOf, nil
}

// finite is a number that JSON has: the largest one in place of what is none.
func finite(x float64) float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return math.MaxFloat64
	}
	return x
}
