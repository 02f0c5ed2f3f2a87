package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

var accumulators = []accumulator{&digits30{}, &digits52{}}

// Offsets of the fields of package kernel's gatherArgs and dotArgs.
const (
	basesAt, entriesAt, weightsAt, patternsAt = 0, 8, 16, 24
	pairsAt, firstAt, secondAt                = 32, 40, 48
	plainFirstAt, plainSecondAt               = 56, 64
	skipAt, moreAt, skipWeightsAt             = 72, 80, 88

	dotWeightsAt, termsAt, stepAt = 8, 16, 24

	sliceBytes = 24 // sources are Go slices, pointers first
)

// prefetchAhead is how far before their use weights are asked for, in bytes. They are read once in a run and would
// push the constants of transforms out of the cache, if they were not marked as passing through.
const prefetchAhead = 1024

// gatherer generates the sums of a hoisted rotation: see Ring.Gather of package kernel.
type gatherer struct {
	k                    accumulator
	args                 Mem
	bases, entries       reg.GPVirtual
	weights              reg.GPVirtual
	patterns             reg.GPVirtual
	entry, pattern, base reg.GPVirtual
	left, count          reg.GPVirtual
}

func gather(k accumulator) {
	function("gather"+k.suffix(), "func(out0, out1 *uint64, blocks int, args *uint64, consts *uint64)")
	consts := pointer("consts")
	m := beginSums(consts)
	k.start(consts)
	out := []Mem{pointer("out0"), pointer("out1")}
	blocks := Load(Param("blocks"), GP64())
	g := newGatherer(k)
	Label("block")
	MOVQ(g.args.Offset(basesAt), g.bases)
	var sums [2]sum
	k.reset(&sums[0])
	k.reset(&sums[1])
	g.section("pairs", pairsAt, &sums[0], &sums[1])
	g.section("first", firstAt, &sums[0])
	g.section("second", secondAt, &sums[1])
	results := []lazy{k.finish(&sums[0]), k.finish(&sums[1])}
	g.plain("plain0", plainFirstAt, results[0])
	g.plain("plain1", plainSecondAt, results[1])
	ADDQ(g.args.Offset(skipAt), g.entries)
	ADDQ(g.args.Offset(skipWeightsAt), g.weights)
	CMPQ(g.args.Offset(moreAt), Imm(0))
	JEQ(LabelRef("store"))
	for i, r := range results {
		VPADDQ(out[i], r.v, r.v)
	}
	Label("store")
	for i, r := range results {
		r.bound = 16 // 2, the plain columns, and what was there
		m.reduce(&r, 1)
		VMOVDQU64(r.v, out[i])
		ADDQ(U32(vectorBytes), out[i].Base)
	}
	DECQ(blocks)
	JNZ(LabelRef("block"))
	end()
}

func newGatherer(k accumulator) *gatherer {
	g := &gatherer{
		k: k, args: pointer("args"), bases: GP64(), entries: GP64(), weights: GP64(), patterns: GP64(),
		entry: GP64(), pattern: GP64(), base: GP64(), left: GP64(), count: GP64(),
	}
	MOVQ(g.args.Offset(entriesAt), g.entries)
	MOVQ(g.args.Offset(weightsAt), g.weights)
	MOVQ(g.args.Offset(patternsAt), g.patterns)
	return g
}

// next loads eight coefficients of the next column: an entry has the offset of a block in bytes, and in
// the low six bits the number of the permutation within it.
func (g *gatherer) next() vector {
	MOVL(Mem{Base: g.entries}, g.entry.As32())
	MOVQ(Mem{Base: g.bases}, g.base)
	MOVL(g.entry.As32(), g.pattern.As32())
	ANDL(I8(-64), g.entry.As32())
	ANDL(Imm(63), g.pattern.As32())
	SHLL(U8(6), g.pattern.As32())
	x := load(Mem{Base: g.patterns, Index: g.pattern, Scale: 1})
	VPERMQ(Mem{Base: g.base, Index: g.entry, Scale: 1}, x, x)
	ADDQ(Imm(4), g.entries)
	ADDQ(Imm(sliceBytes), g.bases)
	return x
}

// section adds as many columns as the argument says times one weight for each of the sums.
func (g *gatherer) section(name string, countAt int, sums ...*sum) {
	MOVQ(g.args.Offset(countAt), g.left)
	inGroups(g.k, name, g.left, g.count, func() {
		x := g.k.operand(g.next())
		for i, s := range sums {
			at := Mem{Base: g.weights, Disp: vectorBytes * i}
			PREFETCHNTA(at.Offset(prefetchAhead))
			g.k.add(s, x, g.k.weight(at))
		}
		ADDQ(U32(uint32(vectorBytes*len(sums))), g.weights)
	}, func() {
		for _, s := range sums {
			g.k.carry(s)
		}
	})
}

// inGroups runs body left times, and carry whenever the accumulator is full and at the end.
func inGroups(k accumulator, name string, left, count reg.GPVirtual, body, carry func()) {
	TESTQ(left, left)
	JZ(LabelRef(name + "_done"))
	Label(name + "_group")
	MOVQ(left, count)
	limit := GP64()
	MOVQ(U32(uint32(k.capacity())), limit)
	CMPQ(count, limit)
	CMOVQGT(limit, count)
	SUBQ(count, left)
	Label(name + "_next")
	body()
	DECQ(count)
	JNZ(LabelRef(name + "_next"))
	carry()
	TESTQ(left, left)
	JNZ(LabelRef(name + "_group"))
	Label(name + "_done")
}

// plain adds columns without weight.
func (g *gatherer) plain(name string, countAt int, to lazy) {
	MOVQ(g.args.Offset(countAt), g.count)
	TESTQ(g.count, g.count)
	JZ(LabelRef(name + "_done"))
	Label(name)
	VPADDQ(g.next(), to.v, to.v)
	DECQ(g.count)
	JNZ(LabelRef(name))
	Label(name + "_done")
}

// dot generates Σ weight·source without permutations: see Ring.Dot.
func dot(k accumulator) {
	function("dot"+k.suffix(), "func(out *uint64, blocks int, args *uint64, consts *uint64)")
	consts := pointer("consts")
	m := beginSums(consts)
	k.start(consts)
	out, args := pointer("out"), pointer("args")
	blocks := Load(Param("blocks"), GP64())
	bases, weights, at, base, left, count := GP64(), GP64(), GP64(), GP64(), GP64(), GP64()
	MOVQ(args.Offset(dotWeightsAt), weights)
	XORQ(at, at)
	Label("block")
	MOVQ(args.Offset(basesAt), bases)
	MOVQ(args.Offset(termsAt), left)
	var s sum
	k.reset(&s)
	w := GP64()
	MOVQ(weights, w)
	inGroups(k, "term", left, count, func() {
		MOVQ(Mem{Base: bases}, base)
		ADDQ(Imm(sliceBytes), bases)
		x := k.operand(load(Mem{Base: base, Index: at, Scale: 1}))
		k.add(&s, x, k.weight(Mem{Base: w}))
		ADDQ(U32(vectorBytes), w)
	}, func() { k.carry(&s) })
	result := k.finish(&s)
	m.reduce(&result, 1)
	VMOVDQU64(result.v, out)
	ADDQ(U32(vectorBytes), out.Base)
	ADDQ(U32(vectorBytes), at)
	ADDQ(args.Offset(stepAt), weights)
	DECQ(blocks)
	JNZ(LabelRef("block"))
	end()
}
