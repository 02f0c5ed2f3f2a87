package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

type vector = reg.VecVirtual

// arithmetic multiplies eight residues at a time by constants w modulo q with Shoup's trick, as in
// Harvey, "Faster arithmetic for number-theoretic transforms", 2014: the quotient
// is taken from a precomputed approximation of w/q, and what remains is the product but for a few q.
type arithmetic interface {
	name() string
	// room is the bound of all lazy residues, product that of a product, in multiples of q.
	room() int
	product() int
	// start loads what times needs into registers.
	start(consts Mem)
	// spread loads a constant for all lanes, from words of memory; each loads one for every lane.
	spread(at Mem) constant
	each(at Mem) constant
	// words is the number of them for one constant of spread, and of each.
	words() (spread, each int)
	times(x vector, c constant) vector
}

var arithmetics = []arithmetic{&wide{}, &plain{}, &narrow{}}

// constant is w with the approximations of w/q that the arithmetic wants.
type constant struct{ w, a, b vector }

// wide takes primes below 2^60 to the processor's 52-bit multipliers (IFMA). With x = x1·2^52 + x0 and
// w/q·2^52 = a + b/2^52 the quotient of x·w by q is x1·a + (x0·a + x1·b)/2^52; rounding
// each of the parts down loses less than three, so the product is below 4q.
type wide struct{ q vector }

func (*wide) name() string              { return "Wide" }
func (*wide) room() int                 { return 16 }
func (*wide) product() int              { return 4 }
func (*wide) words() (spread, each int) { return 3, 2 }
func (k *wide) start(consts Mem)        { k.q = broadcast(consts) }

func (*wide) spread(at Mem) constant { return spreadThree(at) }

// each has the words w and p = w/q·2^64: a is p's high 52 bits, b begins with the others.
func (*wide) each(at Mem) constant {
	p, a, b := load(at.Offset(64)), ZMM(), ZMM()
	VPSRLQ(U8(12), p, a)
	VPSLLQ(U8(40), p, b)
	return constant{load(at), a, b}
}

func (k *wide) times(x vector, c constant) vector {
	high, quotient := ZMM(), ZMM()
	VPSRLQ(U8(52), x, high)
	VPMULLQ(c.a, high, quotient)
	VPMADD52HUQ(c.a, x, quotient)
	VPMADD52HUQ(c.b, high, quotient)
	return remainder(x, c.w, quotient, k.q)
}

// plain does with 32-bit multipliers: x = x1·2^32 + x0, w/q·2^64 = a·2^32 + b, and the quotient is
// x1·a + (x0·a)/2^32 + (x1·b)/2^32. Again rounding loses less than three.
type plain struct{ q vector }

func (*plain) name() string              { return "Plain" }
func (*plain) room() int                 { return 16 }
func (*plain) product() int              { return 4 }
func (*plain) words() (spread, each int) { return 3, 2 }
func (k *plain) start(consts Mem)        { k.q = broadcast(consts) }
func (*plain) spread(at Mem) constant    { return spreadThree(at) }

func (*plain) each(at Mem) constant {
	b, a := load(at.Offset(64)), ZMM()
	VPSRLQ(U8(32), b, a)
	return constant{load(at), a, b}
}

func (k *plain) times(x vector, c constant) vector {
	high, quotient, low, middle := ZMM(), ZMM(), ZMM(), ZMM()
	VPSRLQ(U8(32), x, high)
	VPMULUDQ(c.a, high, quotient)
	VPMULUDQ(c.a, x, low)
	VPMULUDQ(c.b, high, middle)
	VPSRLQ(U8(32), low, low)
	VPSRLQ(U8(32), middle, middle)
	VPADDQ(low, quotient, quotient)
	VPADDQ(middle, quotient, quotient)
	return remainder(x, c.w, quotient, k.q)
}

// narrow takes primes below 2^50 to the 52-bit multipliers, which want all residues below 2^52 = 4q.
// The quotient is x·a/2^52, one too small at most.
type narrow struct{ negative, mask, zero vector }

func (*narrow) name() string              { return "Narrow" }
func (*narrow) room() int                 { return 4 }
func (*narrow) product() int              { return 2 }
func (*narrow) words() (spread, each int) { return 2, 2 }

func (k *narrow) start(consts Mem) {
	k.negative, k.mask = broadcast(consts.Offset(8)), broadcast(consts.Offset(16))
	k.zero = zero()
}

func (*narrow) spread(at Mem) constant {
	return constant{w: broadcast(at), a: broadcast(at.Offset(8))}
}

func (*narrow) each(at Mem) constant { return constant{w: load(at), a: load(at.Offset(64))} }

// times adds the quotient times 2^52-q modulo 2^52.
func (k *narrow) times(x vector, c constant) vector {
	quotient, out := duplicate(k.zero), duplicate(k.zero)
	VPMADD52HUQ(c.a, x, quotient)
	VPMADD52LUQ(c.w, x, out)
	VPMADD52LUQ(k.negative, quotient, out)
	VPANDQ(k.mask, out, out)
	return out
}

// remainder is x·w - quotient·q modulo 2^64.
func remainder(x, w, quotient, q vector) vector {
	out := ZMM()
	VPMULLQ(q, quotient, quotient)
	VPMULLQ(w, x, out)
	VPSUBQ(quotient, out, out)
	return out
}

func spreadThree(at Mem) constant {
	return constant{broadcast(at), broadcast(at.Offset(8)), broadcast(at.Offset(16))}
}

func broadcast(at Mem) vector {
	v := ZMM()
	VPBROADCASTQ(at, v)
	return v
}

func load(at Mem) vector {
	v := ZMM()
	VMOVDQU64(at, v)
	return v
}

// zero is loaded once in a function and then duplicated: what VPXORQ clears counts as read by the register allocator, and so
// as taken since the function began.
func zero() vector {
	v := ZMM()
	VPXORQ(v, v, v)
	return v
}

func duplicate(x vector) vector {
	v := ZMM()
	VMOVDQA64(x, v)
	return v
}
