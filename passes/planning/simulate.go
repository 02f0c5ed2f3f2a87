package planning

import (
	"math"
	"math/rand/v2"

	"hecc/ir/he"
)

// Simulator computes a planned circuit in clear with the noise that the model predicts
// for every operation, drawn at random.
type Simulator struct {
	c      *he.Circuit
	model  noiseModel
	terms  []linearTerms // by value
	energy [][]float64   // by value and slot
	square []float64     // by value, of the current run
	rng    *rand.Rand
}

// NewSimulator prepares the simulation of a planned circuit; equal seeds draw equal noise.
func NewSimulator(c *he.Circuit, seed uint64) *Simulator {
	return &Simulator{c, newNoiseModel(c.Params), countAllTerms(c), diagEnergies(c), make([]float64, len(c.Values)),
		rand.New(rand.NewPCG(seed, 5))}
}

// Run gives the elements of the output for those of the input.
func (s *Simulator) Run(x []float64) ([]float64, error) {
	slots, err := s.c.Eval(s.c.Input.Pack(x), func(v *he.Value, slots []float64) {
		s.disturb(v, slots)
		sum := 0.0
		for _, x := range slots {
			sum += x * x
		}
		s.square[v.ID] = sum / float64(len(slots))
	})
	if err != nil {
		return nil, err
	}
	return s.c.Output.Unpack(slots)
}

// disturb adds the noise of one operation.
func (s *Simulator) disturb(v *he.Value, slots []float64) {
	n := s.model.added(v, s.terms[v.ID], func(in *he.Value) float64 { return s.square[in.ID] })
	if n == (noise{}) {
		return
	}
	deviation := math.Sqrt(n.uniform)
	for t := range slots {
		if n.perEnergy > 0 {
			deviation = math.Sqrt(n.uniform + n.perEnergy*s.energy[v.ID][t])
		}
		slots[t] += deviation * s.rng.NormFloat64()
	}
}
