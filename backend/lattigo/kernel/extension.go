package kernel

import (
	"math"
	"slices"
	"unsafe"
)

// Extension takes residues modulo some primes, product Q, to the residues of the same number modulo others,
// times a factor for each. The number is taken from -Q/2 to Q/2; see Halevi, Polyakov and Shoup, "An improved
// RNS variant of the BFV homomorphic encryption scheme", eprint 2018/117:
//
//	x + Q/2 = Σ_i y_i·Q/q_i - v·Q,   y_i = (x + Q/2)·(Q/q_i)^-1 mod q_i,   v = ⌊Σ_i y_i/q_i⌋
//
// For one prime that is a Lift.
type Extension struct {
	from, to []*Ring
	lifts    []*Lift
	digits   []Affine   // for each prime of from: x to y
	primes   []uint64   // those of from as floating point numbers
	weights  [][]uint64 // for each prime of to
	offsets  []Affine
}

// NewExtension prepares the constants. Factors are residues.
func NewExtension(from, to []*Ring, factors []uint64) *Extension {
	if len(from) == 1 {
		e := &Extension{from: from, to: to}
		for j, r := range to {
			e.lifts = append(e.lifts, r.NewLift(from[0].Modulus, factors[j]))
		}
		return e
	}
	return NewScaledExtension(from, to, slices.Repeat([]uint64{1}, len(from)), factors)
}

// NewScaledExtension prepares the constants for two primes or more whose residues are multiplied by factors of
// their own first.
func NewScaledExtension(from, to []*Ring, before, factors []uint64) *Extension {
	e := &Extension{from: from, to: to}
	for i, r := range from {
		c := r.Inverse(r.productOf(from, i))
		m := r.Montgomery(c)
		e.digits = append(e.digits, r.NewAffine(r.Times(m, before[i]), r.Times(m, r.half(from))))
		e.primes = append(e.primes, math.Float64bits(float64(r.q)))
	}
	for j, r := range to {
		e.target(r, factors[j])
	}
	return e
}

// target appends the constants for one prime.
func (e *Extension) target(r *Ring, factor uint64) {
	f := r.Montgomery(factor)
	var weights []uint64
	for i := range e.from {
		weights = append(weights, Broadcast(r.Montgomery(r.Times(f, r.productOf(e.from, i))))...)
	}
	all := r.Times(f, r.productOf(e.from, -1))
	weights = append(weights, Broadcast(r.Montgomery(r.sub(0, all)))...)
	r.toWeights(weights, false)
	e.weights = append(e.weights, weights)
	e.offsets = append(e.offsets, r.NewAffine(1, r.sub(0, r.Times(f, r.half(e.from)))))
}

// productOf is the product of the primes but for one, modulo q.
func (r *Ring) productOf(primes []*Ring, except int) uint64 {
	x := uint64(1)
	for i, p := range primes {
		if i != except {
			x = r.Times(r.Montgomery(x), r.Reduce(p.q))
		}
	}
	return r.Reduce(x)
}

// half is (Q-1)/2 for the product Q of the primes, modulo q.
func (r *Ring) half(primes []*Ring) uint64 {
	all := r.productOf(primes, -1)
	return r.Times(r.Montgomery(r.sub(all, 1)), r.q/2+1)
}

// Scratch is how many polynomials more than the coefficients Prepare takes.
func (e *Extension) Scratch() int {
	if e.lifts != nil {
		return 0
	}
	return 1
}

// Prepare computes in place of the coefficients, with Scratch polynomials behind them, what all primes share.
func (e *Extension) Prepare(x [][]uint64) {
	if e.lifts != nil {
		return
	}
	for i, r := range e.from {
		r.Affine(x[i], x[i], e.digits[i])
	}
	e.quotients(x[len(e.from)], x[:len(e.from)])
}

// ToNTT computes from what Prepare left the residues modulo prime number j and transforms them.
func (e *Extension) ToNTT(dst []uint64, j int, x [][]uint64) {
	if e.lifts != nil {
		e.lifts[j].ToNTT(dst, x[0])
		return
	}
	r := e.to[j]
	r.dot(dst, x, e.weights[j], false)
	r.Affine(dst, dst, e.offsets[j])
	r.NTT(dst, dst)
}

func (e *Extension) quotients(v []uint64, y [][]uint64) {
	r := e.from[0]
	if v = r.check(v); r.code != nil {
		quotients(&v[0], r.n/lanes, (*uint64)(unsafe.Pointer(&y[0])), &e.primes[0], len(y))
		return
	}
	for j := range v {
		sum := 0.0
		for i := range y {
			sum += float64(y[i][j]) / math.Float64frombits(e.primes[i])
		}
		v[j] = uint64(sum)
	}
}
