package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// quotients generates the integer part of Σ source/prime in floating point: see Extension of package kernel. It takes
// the same steps in the same order as the Go code, so that it rounds alike.
func quotients() {
	function("quotients", "func(dst *uint64, blocks int, sources, primes *uint64, terms int)")
	dst, sources, primes := pointer("dst"), pointer("sources"), pointer("primes")
	blocks, terms := Load(Param("blocks"), GP64()), Load(Param("terms"), GP64())
	z, at := zero(), GP64()
	XORQ(at, at)
	Label("block")
	sum, next, base, e := duplicate(z), GP64(), GP64(), GP64()
	MOVQ(sources.Base, next)
	XORQ(e, e)
	Label("term")
	MOVQ(Mem{Base: next}, base)
	x := ZMM()
	VCVTUQQ2PD(Mem{Base: base, Index: at, Scale: 1}, x)
	VDIVPD(broadcast(Mem{Base: primes.Base, Index: e, Scale: 8}), x, x)
	VADDPD(x, sum, sum)
	ADDQ(Imm(sliceBytes), next)
	INCQ(e)
	CMPQ(e, terms)
	JLT(LabelRef("term"))
	VCVTTPD2UQQ(sum, sum)
	VMOVDQU64(sum, dst)
	ADDQ(U32(vectorBytes), dst.Base)
	ADDQ(U32(vectorBytes), at)
	DECQ(blocks)
	JNZ(LabelRef("block"))
	end()
}
