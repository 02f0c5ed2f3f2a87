package eval

import (
	"fmt"

	"hecc/backend/lattigo/kernel"
	lattigo "hecc/backend/lattigo/params"
	"hecc/ir/params"
	"hecc/ir/plan"
)

// MeasureCosts adapts the default costs to this machine: each by how much longer or shorter the kernel takes
// here.
func MeasureCosts() (plan.Costs, error) {
	p := &params.Params{LogN: 13, Ring: params.ConjugateInvariant}
	primes := params.NewPrimes(p.NthRoot())
	for _, bits := range []float64{58, 45} {
		q, err := primes.Nearest(bits)
		if err != nil {
			return plan.Costs{}, err
		}
		p.Q = append(p.Q, q)
	}
	special, err := primes.Nearest(58)
	if err != nil {
		return plan.Costs{}, err
	}
	p.P = []uint64{special}
	rings, err := lattigo.New(p)
	if err != nil {
		return plan.Costs{}, err
	}
	return plan.DefaultCosts.Adapt(fmt.Sprintf("measured with %v", kernel.Best()), plan.KernelTimes{
		Wide:   plan.KernelTime(kernel.Measure(rings.RingQ.SubRings[0], kernel.Best())),
		Narrow: plan.KernelTime(kernel.Measure(rings.RingQ.SubRings[1], kernel.Best())),
	}), nil
}
