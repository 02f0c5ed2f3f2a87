package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// each generates a loop over the vectors of some polynomials. A body loads and stores what it needs.
func each(names []string, body func(at map[string]Mem)) {
	at := map[string]Mem{}
	for _, name := range names {
		at[name] = pointer(name)
	}
	n := Load(Param("n"), GP64())
	SHRQ(U8(3), n)
	Label("vector")
	body(at)
	for _, name := range names {
		ADDQ(U32(vectorBytes), at[name].Base)
	}
	DECQ(n)
	JNZ(LabelRef("vector"))
	end()
}

// sumAndDifference generate x ± y of reduced residues.
func sumAndDifference() {
	names := []string{"dst", "x", "y"}
	const signature = "func(dst, x, y *uint64, n int, consts *uint64)"
	function("addVectors", signature)
	m := beginSums(pointer("consts"))
	each(names, func(at map[string]Mem) {
		x := lazy{load(at["x"]), 1}
		m.sum(&x, lazy{load(at["y"]), 1})
		m.reduce(&x, 1)
		VMOVDQU64(x.v, at["dst"])
	})
	function("subVectors", signature)
	m = beginSums(pointer("consts"))
	each(names, func(at map[string]Mem) {
		x, y := load(at["x"]), load(at["y"])
		wrapped := ZMM()
		VPSUBQ(y, x, x)
		VPADDQ(m.multiples[1], x, wrapped) // less than x if that was negative
		VPMINUQ(wrapped, x, x)
		VMOVDQU64(x, at["dst"])
	})
}

// mulSub generates x·c - y of reduced residues.
func mulSub(a arithmetic) {
	function("mulSub"+a.name(), "func(dst, x, y *uint64, n int, constants, consts *uint64)")
	m := begin(a)
	c := a.spread(pointer("constants"))
	each([]string{"dst", "x", "y"}, func(at map[string]Mem) {
		x := m.difference(m.times(lazy{load(at["x"]), 1}, c), lazy{load(at["y"]), 1})
		m.reduce(&x, 1)
		VMOVDQU64(x.v, at["dst"])
	})
}

// affine generates x·c + d of reduced residues.
func affine(a arithmetic) {
	function("affine"+a.name(), "func(dst, src *uint64, n int, constants, consts *uint64)")
	m := begin(a)
	constants := pointer("constants")
	d, c := broadcast(constants), a.spread(constants.Offset(8))
	each([]string{"dst", "src"}, func(at map[string]Mem) {
		x := m.times(lazy{load(at["src"]), 1}, c)
		m.sum(&x, lazy{d, 1})
		m.reduce(&x, 1)
		VMOVDQU64(x.v, at["dst"])
	})
}

// lift generates the change of modulus: see Lift of package kernel. Constants are half, p and the
// offset, then those of the factor.
func lift(a arithmetic) {
	function("lift"+a.name(), "func(dst, src *uint64, n int, constants, consts *uint64)")
	m := begin(a)
	constants := pointer("constants")
	half, p, offset := broadcast(constants), broadcast(constants.Offset(8)), broadcast(constants.Offset(16))
	c := a.spread(constants.Offset(24))
	each([]string{"dst", "src"}, func(at map[string]Mem) {
		x, less := load(at["src"]), ZMM()
		VPADDQ(half, x, x)
		VPSUBQ(p, x, less)
		VPMINUQ(less, x, x)
		out := m.times(lazy{x, m.limit}, c)
		VPADDQ(offset, out.v, out.v)
		out.bound++
		m.reduce(&out, 2)
		VMOVDQU64(out.v, at["dst"])
	})
}

// product generates the three halves of (x0 + x1·s)(y0 + y1·s). The constant is the accumulator's radix, which its
// reduction takes away.
func product(a arithmetic, k accumulator) {
	function("product"+a.name(), "func(out0, out1, out2, x0, x1, y0, y1 *uint64, n int, constants, consts *uint64)")
	m := begin(a)
	k.start(pointer("consts"))
	c := a.spread(pointer("constants"))
	each([]string{"out0", "out1", "out2", "x0", "x1", "y0", "y1"}, func(at map[string]Mem) {
		scaled := func(name string) operand {
			x := m.times(lazy{load(at[name]), 1}, c)
			m.reduce(&x, 1)
			return k.operand(x.v)
		}
		x := []operand{scaled("x0"), scaled("x1")}
		y := []operand{k.operand(load(at["y0"])), k.operand(load(at["y1"]))}
		for i, terms := range [][][2]int{{{0, 0}}, {{0, 1}, {1, 0}}, {{1, 1}}} {
			var s sum
			k.reset(&s)
			for _, t := range terms {
				k.add(&s, x[t[0]], y[t[1]])
			}
			k.carry(&s)
			z := k.finish(&s)
			m.reduce(&z, 1)
			VMOVDQU64(z.v, at[[]string{"out0", "out1", "out2"}[i]])
		}
	})
}
