package plan

// Prices of the primitives that package he counts operations in (he.Primitive), on the reference machine: one
// core of a server CPU with AVX-512 and IFMA. There are two for each. Costs were fitted to whole operations
// of the shipped models, with what lies between kernels; KernelTimes are the bare kernels, which another
// machine measures in a second: the ratio of its times to these adapts the fitted costs to it.
//
//	primitive       fitted cost                    kernel
//	he.Transform    Butterfly, for each layer      Butterfly
//	he.Multiply     Product; Stream from memory    Product; Streamed
//	he.Combine      Matrix                         Matrix
//	he.Expand       Expand                         Butterfly: both are arithmetic in registers

// DefaultCosts are the same on every machine, so that plans are.
var DefaultCosts = Costs{
	Name:   "default",
	Wide:   LimbCosts{Butterfly: 0.231, Product: 0.608, Matrix: 0.40},
	Narrow: LimbCosts{Butterfly: 0.215, Product: 0.52, Matrix: 0.11},
	Stream: 0.97,
	Expand: 5,
}

// KernelTimes are nanoseconds for each coefficient of the bare kernels, modulo a wide and a narrow prime.
type KernelTimes struct{ Wide, Narrow KernelTime }

// KernelTime is that of one width of primes.
type KernelTime struct{ Butterfly, Product, Streamed, Matrix float64 }

// ReferenceTimes are those of the machine that DefaultCosts were fitted on.
var ReferenceTimes = KernelTimes{
	Wide:   KernelTime{Butterfly: 0.171, Product: 0.229, Streamed: 0.230, Matrix: 0.236},
	Narrow: KernelTime{Butterfly: 0.128, Product: 0.113, Streamed: 0.114, Matrix: 0.091},
}

// Adapt gives costs for a machine with other kernel times than the reference machine's.
func (c Costs) Adapt(name string, here KernelTimes) Costs {
	there := ReferenceTimes
	return Costs{
		Name:   name,
		Wide:   c.Wide.adapt(here.Wide, there.Wide),
		Narrow: c.Narrow.adapt(here.Narrow, there.Narrow),
		Stream: c.Stream * here.Wide.Streamed / there.Wide.Streamed,
		Expand: c.Expand * here.Wide.Butterfly / there.Wide.Butterfly,
	}
}

func (c LimbCosts) adapt(here, there KernelTime) LimbCosts {
	return LimbCosts{
		Butterfly: c.Butterfly * here.Butterfly / there.Butterfly,
		Product:   c.Product * here.Product / there.Product,
		Matrix:    c.Matrix * here.Matrix / there.Matrix,
	}
}
