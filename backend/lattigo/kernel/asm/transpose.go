package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// transpose exchanges rows and columns of an 8×8 matrix held in eight registers: pairs of words
// between neighbouring rows, then 128-bit lanes between rows two and four apart.
func transpose(rows []lazy) {
	var pairs, quads [8]vector
	for i := 0; i < 8; i += 2 {
		pairs[i], pairs[i+1] = ZMM(), ZMM()
		VPUNPCKLQDQ(rows[i+1].v, rows[i].v, pairs[i])
		VPUNPCKHQDQ(rows[i+1].v, rows[i].v, pairs[i+1])
	}
	for i := 0; i < 8; i += 4 {
		for k := range 2 {
			low, high := ZMM(), ZMM()
			VSHUFI64X2(U8(0x88), pairs[i+2+k], pairs[i+k], low)
			VSHUFI64X2(U8(0xdd), pairs[i+2+k], pairs[i+k], high)
			quads[i+k], quads[i+2+k] = low, high
		}
	}
	for k := range 4 {
		low, high := ZMM(), ZMM()
		VSHUFI64X2(U8(0x88), quads[4+k], quads[k], low)
		VSHUFI64X2(U8(0xdd), quads[4+k], quads[k], high)
		rows[k].v, rows[4+k].v = low, high
	}
}
