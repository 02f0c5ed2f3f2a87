package fit

import (
	"cmp"
	"math"
	"slices"

	"hecc/ir/params"
	"hecc/ir/tensor"
	"hecc/passes/polyeval"
	"hecc/passes/refusal"
)

// price is about how many milliseconds a network takes encrypted with these approximations: key switches cost
// as the square of the primes that are left and as the degree of the ring, which follows from the bits that
// are used up, at the security that is asked for. Plans of twenty networks, from 2 to 1,300 ms, were within a factor of two of it. The planner,
// which knows better, takes seconds where the search needs hundreds of prices.
func (f *fitter) price(approximations []approximation) float64 {
	nodes, after := f.loads(approximations)
	total := f.atEnd(after)
	switches := float64(mapSwitches) // of the last map, at the last prime
	for _, n := range nodes {
		left := 1 + total.primes - n.primes
		switches += n.switches * left * left
	}
	return switches * switchTime * f.ringDegree(total.bits) / (1 << referenceLogN)
}

// deepest lists what uses up bits on the way through the network that uses up most.
func (f *fitter) deepest(approximations []approximation) (layers []refusal.Layer) {
	before, after := f.loads(approximations)
	for n := f.Graph.Outputs[0].Node; len(n.In) > 0; {
		own := refusal.Layer{Pos: n.Pos, Bits: after[n.ID].bits - before[n.ID].bits}
		if own.Bits > 0 {
			own.Levels = int(math.Round(own.Bits / narrowBits))
			if fn, ok := n.Op.(tensor.Func); ok {
				own.What = fn.Fn
			}
			layers = append(layers, own)
		}
		n = slices.MaxFunc(n.In, func(a, b *tensor.Node) int { return cmp.Compare(after[a.ID].bits, after[b.ID].bits) })
	}
	slices.Reverse(layers)
	return layers
}

// fits says whether some ring has moduli for these approximations.
func (f *fitter) fits(approximations []approximation) bool {
	_, after := f.loads(approximations)
	return f.ringDegree(f.atEnd(after).bits) <= 1<<largestLogN
}

// loads lists, for each node, what is used up before it and its own key switches; and what is used up after it.
func (f *fitter) loads(approximations []approximation) (nodes, end []load) {
	end = make([]load, len(f.Graph.Nodes))
	for i, n := range f.Graph.Nodes {
		own := load{}
		switch n.Op.(type) {
		case tensor.Func:
			own, approximations = approximations[0].load(), approximations[1:]
		case tensor.Mul:
			own = load{wideBits, 1, 1}
		}
		var before load
		for _, in := range n.In {
			before = load{max(before.bits, end[in.ID].bits), max(before.primes, end[in.ID].primes), 0}
		}
		nodes = append(nodes, load{before.bits, before.primes, own.switches})
		end[i] = load{before.bits + own.bits, before.primes + own.primes, 0}
	}
	return nodes, end
}

func (f *fitter) atEnd(after []load) load { return after[f.Graph.Outputs[0].Node.ID] }

const (
	mapSwitches   = 12 // rotations of an affine map, about
	addedDegree   = 4  // up to here the next map adds up the powers
	addedSwitches = 3  // that the next map takes more for each of them
	switchTime    = 0.06
	referenceLogN = 14 // where a key switch of one prime takes switchTime, in ms

	wideBits, narrowBits = 52, 27 // of primes that serve two multiplications, and one
	fixedBits            = 110    // of the results and the special primes

	smallestLogN, largestLogN = 12, 16
)

// ringDegree is the least degree of a ring for moduli that use up so many bits; twice the largest if there is none.
func (f *fitter) ringDegree(used float64) float64 {
	logN := smallestLogN
	for logN <= largestLogN && params.MaxLogQP(logN, f.Security) < used+fixedBits {
		logN++
	}
	return math.Exp2(float64(logN))
}

// load is what an operation takes: bits and primes of the moduli, and key switches.
type load struct{ bits, primes, switches float64 }

// load is that of one function and the map before it. The maps around a linear polynomial become one.
// Up to degree 4 the next map adds the powers up, and a prime serves two multiplications.
func (f approximation) load() load {
	d := f.degree
	switch {
	case f.piecewise != nil:
		return narrowLoad(f.piecewise.Cost())
	case d <= 1:
		return load{}
	case d <= addedDegree:
		primes := 1 + float64(d-2)/2
		return load{primes * wideBits, primes, float64(d-1) + mapSwitches + addedSwitches*float64(d-2)}
	default:
		return narrowLoad(polyeval.Of(polyeval.All(d)).Cost)
	}
}

func narrowLoad(c polyeval.Cost) load {
	primes := float64(c.Depth + 1)
	return load{primes * narrowBits, primes, float64(c.Products) + mapSwitches}
}
