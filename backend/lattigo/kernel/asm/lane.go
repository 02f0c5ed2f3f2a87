package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// lazy is eight residues below bound·q.
type lazy struct {
	v     vector
	bound int
}

// modulus generates the arithmetic of lazy residues modulo one prime.
type modulus struct {
	arithmetic
	limit     int            // of all bounds
	multiples map[int]vector // of q, by factor
}

// multiplesAt is where the multiples 1, 2, 4, 8 of q stand among the words of a prime (newLimits of package kernel).
const multiplesAt = 3

// begin starts the body of a function whose argument consts points to the words of a prime.
func begin(a arithmetic) *modulus {
	consts := pointer("consts")
	a.start(consts)
	return newModulus(a, a.room(), consts)
}

// beginSums does for functions that multiply with an accumulator, or not at all.
func beginSums(consts Mem) *modulus { return newModulus(nil, 16, consts) }

func newModulus(a arithmetic, limit int, consts Mem) *modulus {
	m := &modulus{a, limit, map[int]vector{}}
	for i, factor := range []int{1, 2, 4, 8} {
		if factor < limit {
			m.multiples[factor] = broadcast(consts.Offset(8 * (multiplesAt + i)))
		}
	}
	return m
}

// reduce brings a residue below bound·q. Where the subtraction wraps around, the minimum drops it.
func (m *modulus) reduce(x *lazy, bound int) {
	for x.bound > bound {
		half := 1
		for 2*half < x.bound {
			half *= 2
		}
		less := ZMM()
		VPSUBQ(m.multiples[half], x.v, less)
		VPMINUQ(less, x.v, x.v)
		x.bound = half
	}
}

// multiple is the least kept multiple of q that is at least bound·q.
func (m *modulus) multiple(bound int) int {
	for factor := 1; factor <= 8; factor *= 2 {
		if factor >= bound && m.multiples[factor] != nil {
			return factor
		}
	}
	panic(fmt.Sprintf("no multiple above %d q", bound))
}

func (m *modulus) times(x lazy, c constant) lazy {
	if x.bound > m.limit {
		panic("overflow")
	}
	return lazy{m.arithmetic.times(x.v, c), m.product()}
}

// sum replaces x by x + y.
func (m *modulus) sum(x *lazy, y lazy) {
	if x.bound+y.bound > m.limit {
		panic("overflow")
	}
	VPADDQ(y.v, x.v, x.v)
	x.bound += y.bound
}

// difference is x - y plus a multiple of q that keeps it positive.
func (m *modulus) difference(x, y lazy) lazy {
	factor := m.multiple(y.bound)
	if x.bound+factor > m.limit {
		panic("overflow")
	}
	out := lazy{ZMM(), x.bound + factor}
	VPADDQ(m.multiples[factor], x.v, out.v)
	VPSUBQ(y.v, out.v, out.v)
	return out
}

// decimation in time: x, y = x + c·y, x - c·y.
func (m *modulus) forward(x, y *lazy, c constant) {
	m.reduce(x, m.limit-m.product())
	t := m.times(*y, c)
	*y = m.difference(*x, t)
	m.sum(x, t)
}

// decimation in frequency: x, y = x + y, c·(x - y).
func (m *modulus) backward(x, y *lazy, c constant) {
	m.reduce(x, m.limit/2)
	m.reduce(y, m.limit/2)
	t := m.difference(*x, *y)
	m.sum(x, *y)
	*y = m.times(t, c)
}
