package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// Offsets of the fields of package kernel's matrixArgs.
const (
	rowsAt, tileAt, matrixWeightsAt         = 0, 8, 16
	matrixTermsAt, groupsAt, outAt, addToAt = 24, 32, 40, 48
)

// A matrix works on so many rows and vectors of coefficients at once: their accumulators stay in registers, so
// that a loaded source serves all rows and a loaded weight all vectors.
const (
	matrixRows    = 4
	matrixVectors = 2
)

// matrix generates sums of the same sources with several rows of weights: see Matrix of package kernel.
func matrix() {
	k := &digits52{}
	function("matrix"+k.suffix(), "func(args *uint64, consts *uint64)")
	consts := pointer("consts")
	m := beginSums(consts)
	k.start(consts)
	args := pointer("args")
	rows, tile, weights, left, groups, at, out := GP64(), GP64(), GP64(), GP64(), GP64(), GP64(), GP64()
	MOVQ(args.Offset(rowsAt), rows)
	MOVQ(args.Offset(matrixWeightsAt), weights)
	MOVQ(args.Offset(groupsAt), groups)
	MOVQ(args.Offset(outAt), at)
	Label("group")
	MOVQ(args.Offset(tileAt), tile)
	MOVQ(args.Offset(matrixTermsAt), left)
	var sums [matrixRows][matrixVectors]sum
	for row := range sums {
		for v := range sums[row] {
			sums[row][v].digits = []vector{duplicate(k.zero), duplicate(k.zero)}
		}
	}
	Label("term")
	var x [matrixVectors]vector
	for v := range x {
		x[v] = load(Mem{Base: tile, Disp: vectorBytes * v})
	}
	for row := range sums {
		w := operand{broadcast(Mem{Base: weights, Disp: 8 * row})}
		for v := range x {
			k.add(&sums[row][v], operand{x[v]}, w)
		}
	}
	ADDQ(U32(matrixVectors*vectorBytes), tile)
	ADDQ(U32(8*matrixRows), weights)
	DECQ(left)
	JNZ(LabelRef("term"))
	for row := range sums {
		MOVQ(Mem{Base: rows, Disp: sliceBytes * row}, out)
		for v := range sums[row] {
			s := &sums[row][v]
			s.digits = append(s.digits, duplicate(k.zero))
			k.carry(s)
			to := Mem{Base: out, Index: at, Scale: 1, Disp: vectorBytes * v}
			storeSum(m, k.finish(s), args, to, labelOf(row, v))
		}
	}
	ADDQ(U32(sliceBytes*matrixRows), rows)
	DECQ(groups)
	JNZ(LabelRef("group"))
	end()
}

func labelOf(row, v int) string { return "store" + string(rune('a'+row*matrixVectors+v)) }

// storeSum writes a sum, or adds it to what is there.
func storeSum(m *modulus, s lazy, args, to Mem, label string) {
	CMPQ(args.Offset(addToAt), Imm(0))
	JEQ(LabelRef(label))
	VPADDQ(to, s.v, s.v)
	Label(label)
	s.bound++
	m.reduce(&s, 1)
	VMOVDQU64(s.v, to)
}
