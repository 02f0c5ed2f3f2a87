package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// In the conjugate-invariant ring of degree N, X^(N+j) is -X^(N-j): one more level of butterflies between
// coefficients j and N-j comes before all others, in the inverse after them. See Lattigo's package ring.

// fold generates that level: x_j - c·x_(N-j) for all j but 0, and for the inverse both divided by N as well.
func fold(a arithmetic) {
	mirrored(a, "fold"+a.name(), func(m *modulus, constants Mem) func(x, y lazy) lazy {
		c := a.spread(constants)
		return func(x, y lazy) lazy {
			x.bound = m.limit - m.product()
			return m.difference(x, m.times(y, c))
		}
	})
	mirrored(a, "unfold"+a.name(), func(m *modulus, constants Mem) func(x, y lazy) lazy {
		spread, _ := a.words()
		c, d := a.spread(constants), a.spread(constants.Offset(8*spread))
		return func(x, y lazy) lazy {
			out := m.difference(m.times(x, c), m.times(y, d))
			m.reduce(&out, 1)
			return out
		}
	})
}

// mirrored generates a function that replaces x by f(x, y) and y by f(y, x) for vectors x from coefficient 1
// on upwards and y from the last one on downwards, y reversed. In the middle they overlap in one
// coefficient, and agree on it.
func mirrored(a arithmetic, name string, prepare func(*modulus, Mem) func(x, y lazy) lazy) {
	function(name, "func(dst, src *uint64, n int, constants, consts *uint64)")
	m := begin(a)
	f := prepare(m, pointer("constants"))
	backwards := load(reversal())
	src, dst := pointer("src"), pointer("dst")
	n := Load(Param("n"), GP64())
	srcEnd, dstEnd := Mem{Base: GP64()}, Mem{Base: GP64()}
	LEAQ(Mem{Base: src.Base, Index: n, Scale: 8}, srcEnd.Base)
	LEAQ(Mem{Base: dst.Base, Index: n, Scale: 8}, dstEnd.Base)
	SHRQ(U8(4), n)
	Label("vector")
	x, y, reverseX, reverseY := load(src.Offset(8)), load(srcEnd.Offset(-vectorBytes)), ZMM(), ZMM()
	VPERMQ(x, backwards, reverseX)
	VPERMQ(y, backwards, reverseY)
	lower := f(lazy{x, m.product()}, lazy{reverseY, m.product()})
	upper := f(lazy{y, m.product()}, lazy{reverseX, m.product()})
	VMOVDQU64(lower.v, dst.Offset(8))
	VMOVDQU64(upper.v, dstEnd.Offset(-vectorBytes))
	for _, up := range []Mem{src, dst} {
		ADDQ(U32(vectorBytes), up.Base)
	}
	for _, down := range []Mem{srcEnd, dstEnd} {
		SUBQ(U32(vectorBytes), down.Base)
	}
	DECQ(n)
	JNZ(LabelRef("vector"))
	end()
}

// scale generates the inverse's multiplication by 1/N in the standard ring.
func scale(a arithmetic) {
	function("scale"+a.name(), "func(dst, src *uint64, n int, constants, consts *uint64)")
	m := begin(a)
	c := a.spread(pointer("constants"))
	src, dst := pointer("src"), pointer("dst")
	n := Load(Param("n"), GP64())
	SHRQ(U8(3), n)
	Label("vector")
	x := m.times(lazy{load(src), m.limit}, c)
	m.reduce(&x, 1)
	VMOVDQU64(x.v, dst)
	ADDQ(U32(vectorBytes), src.Base)
	ADDQ(U32(vectorBytes), dst.Base)
	DECQ(n)
	JNZ(LabelRef("vector"))
	end()
}

// reversal is the permutation 7, 6, ..., 0 in read-only memory.
func reversal() Mem {
	if reversed == nil {
		g := GLOBL("reversal", RODATA|NOPTR)
		for i := range eight {
			DATA(8*i, U64(7-i))
		}
		reversed = &g
	}
	return *reversed
}

var reversed *Mem
