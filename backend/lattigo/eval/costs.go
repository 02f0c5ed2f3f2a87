package eval

import (
	"fmt"

	"hecc/backend/lattigo/kernel"
	lattigo "hecc/backend/lattigo/params"
	"hecc/ir/params"
	"hecc/ir/plan"
)

// reference is what the kernels took on the machine that a cost table was fitted on.
var reference = struct{ wide, narrow kernel.Times }{
	kernel.Times{Butterfly: 0.171, Product: 0.229, Streamed: 0.230, Matrix: 0.236},
	kernel.Times{Butterfly: 0.128, Product: 0.113, Streamed: 0.114, Matrix: 0.091},
}

// MeasureCosts adapts a cost table that was fitted to whole operations on the reference machine: each cost by how
// much longer or shorter the kernel takes here.
func MeasureCosts(fitted plan.Costs) (plan.Costs, error) {
	p := &params.Params{LogN: 13, Ring: params.ConjugateInvariant}
	primes := params.NewPrimes(p.NthRoot())
	for _, bits := range []float64{58, 45} {
		q, err := primes.Nearest(bits)
		if err != nil {
			return fitted, err
		}
		p.Q = append(p.Q, q)
	}
	special, err := primes.Nearest(58)
	if err != nil {
		return fitted, err
	}
	p.P = []uint64{special}
	rings, err := lattigo.New(p)
	if err != nil {
		return fitted, err
	}
	wide := kernel.Measure(rings.RingQ.SubRings[0], kernel.Best())
	narrow := kernel.Measure(rings.RingQ.SubRings[1], kernel.Best())
	return plan.Costs{
		Name:   fmt.Sprintf("measured with %v", kernel.Best()),
		Wide:   adapt(fitted.Wide, wide, reference.wide),
		Narrow: adapt(fitted.Narrow, narrow, reference.narrow),
		Stream: fitted.Stream * wide.Streamed / reference.wide.Streamed,
		Expand: fitted.Expand * wide.Butterfly / reference.wide.Butterfly, // both are arithmetic in registers
	}, nil
}

func adapt(fitted plan.LimbCosts, here, there kernel.Times) plan.LimbCosts {
	return plan.LimbCosts{
		Butterfly: fitted.Butterfly * here.Butterfly / there.Butterfly,
		Product:   fitted.Product * here.Product / there.Product,
		Matrix:    fitted.Matrix * here.Matrix / there.Matrix,
	}
}
