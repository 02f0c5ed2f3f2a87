package planning

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"hecc/ir/he"
	"hecc/passes/internal/parallel"
)

// Simulator computes a planned circuit in clear with the noise that the model predicts
// for every operation, drawn at random.
type Simulator struct {
	c      *he.Circuit
	model  noiseModel
	terms  []linearTerms // by value
	energy [][]float64   // by value and slot
	seed   uint64
	rng    *rand.Rand // of Run
}

// NewSimulator prepares the simulation of a planned circuit; equal seeds draw equal noise.
func NewSimulator(c *he.Circuit, seed uint64) *Simulator {
	return &Simulator{c, newNoiseModel(c.Params), countAllTerms(c), diagEnergies(c), seed, rand.New(rand.NewPCG(seed, 5))}
}

// Run gives the elements of the output for those of the input.
func (s *Simulator) Run(x []float64) ([]float64, error) {
	out, err := s.run([][]float64{x}, s.rng)
	if err != nil {
		return nil, err
	}
	return out[0], nil
}

// RunAll gives the outputs of several inputs, which takes less time than one after the other.
func (s *Simulator) RunAll(ctx context.Context, inputs [][]float64) ([][]float64, error) {
	groups := slices.Collect(slices.Chunk(inputs, sideBySide))
	out := make([][][]float64, len(groups))
	err := parallel.For(ctx, len(groups), func(k int) (err error) {
		out[k], err = s.run(groups[k], rand.New(rand.NewPCG(s.seed, uint64(6+k))))
		return err
	})
	return slices.Concat(out...), err
}

func (s *Simulator) run(inputs [][]float64, rng *rand.Rand) ([][]float64, error) {
	n := len(inputs)
	square, slots := make([][]float64, n), make([]float64, s.c.Slots) // by sample and value; of one sample
	for k := range square {
		square[k] = make([]float64, len(s.c.Values))
	}
	cts, err := s.c.EvalMany(packSome(s.c, inputs), n, func(v *he.Value, all []float64) {
		for k := range inputs {
			pick(all, n, k, slots)
			s.disturb(v, square[k], slots, rng)
			sum := 0.0
			for t, x := range slots {
				sum += x * x
				all[t*n+k] = x
			}
			square[k][v.ID] = sum / float64(len(slots))
		}
	})
	if err != nil {
		return nil, err
	}
	out := make([][]float64, n)
	for k := range out {
		own := make([][]float64, len(cts))
		for ct, all := range cts {
			own[ct] = make([]float64, s.c.Slots)
			pick(all, n, k, own[ct])
		}
		if out[k], err = s.c.Output.Unpack(own); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// disturb adds the noise of one operation.
func (s *Simulator) disturb(v *he.Value, square, slots []float64, rng *rand.Rand) {
	n := s.model.added(v, s.terms[v.ID], func(in *he.Value) float64 { return square[in.ID] })
	if n == (noise{}) {
		return
	}
	deviation := math.Sqrt(n.uniform)
	for t := range slots {
		if n.perEnergy > 0 {
			deviation = math.Sqrt(n.uniform + n.perEnergy*s.energy[v.ID][t])
		}
		slots[t] += deviation * rng.NormFloat64()
	}
}
