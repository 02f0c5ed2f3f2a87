package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// accumulator adds up products of residues exactly and reduces the sum once (Montgomery, "Modular
// multiplication without trial division", 1985), which divides it by the radix of the accumulator.
type accumulator interface {
	suffix() string
	// capacity is how many products fit before a carry.
	capacity() int
	start(consts Mem)
	// operand prepares a residue, weight a packed constant in memory.
	operand(x vector) operand
	weight(at Mem) operand
	reset(s *sum)
	add(s *sum, x, y operand)
	carry(s *sum)
	// finish leaves a residue below 2q.
	finish(s *sum) lazy
}

// operand is a factor by its digits, low first; sum has the digits of a sum.
type (
	operand []vector
	sum     struct{ digits []vector }
)

const (
	digitBits  = 30
	maskAt     = 8 * 7
	negativeAt = 8 * 8
	lowAt      = 8 * 9
	highAt     = 8 * 10
	negative52 = 8 * 11
)

// digits30 splits residues below 2^60 into two digits of 30 bits: digits of the sum are sums of products of 60 bits, eight
// of which fit with their carries. Packed constants have their digits in the halves of a word. The radix is 2^90.
type digits30 struct{ zero, mask, negative, low, high vector }

func (*digits30) suffix() string { return "Split" }
func (*digits30) capacity() int  { return 8 }

func (k *digits30) start(consts Mem) {
	k.mask, k.negative = broadcast(consts.Offset(maskAt)), broadcast(consts.Offset(negativeAt))
	k.low, k.high = broadcast(consts.Offset(lowAt)), broadcast(consts.Offset(highAt))
	k.zero = zero()
}

func (k *digits30) operand(x vector) operand {
	low, high := ZMM(), ZMM()
	VPANDQ(k.mask, x, low)
	VPSRLQ(U8(digitBits), x, high)
	return operand{low, high}
}

func (*digits30) weight(at Mem) operand {
	w, high := load(at), ZMM()
	VPSRLQ(U8(32), w, high)
	return operand{w, high}
}

// reset clears the digits 2^0, 2^30, 2^60 and 2^92: the last takes what the third carries, 32 bits up.
func (k *digits30) reset(s *sum) {
	s.digits = []vector{duplicate(k.zero), duplicate(k.zero), duplicate(k.zero), duplicate(k.zero)}
}

func (*digits30) add(s *sum, x, y operand) {
	for i := range x {
		for j := range y {
			accumulate(s.digits[i+j], x[i], y[j])
		}
	}
}

// accumulate is s += x·y of the low 32 bits of each.
func accumulate(s, x, y vector) {
	product := ZMM()
	VPMULUDQ(y, x, product)
	VPADDQ(product, s, s)
}

func (k *digits30) carry(s *sum) {
	for i, bits := range []uint64{digitBits, digitBits, 32} {
		over := ZMM()
		VPSRLQ(U8(bits), s.digits[i], over)
		VPADDQ(over, s.digits[i+1], s.digits[i+1])
		if i < 2 {
			VPANDQ(k.mask, s.digits[i], s.digits[i])
			continue
		}
		VPSLLQ(U8(32), s.digits[i], s.digits[i])
		VPSRLQ(U8(32), s.digits[i], s.digits[i])
	}
}

// finish clears the three lowest digits by adding multiples of q. It expects digits carried. A sum below 2^128 leaves less than 2^38
// besides a number below q; and 256 products of residues below q leave less than 2^-22·q.
func (k *digits30) finish(s *sum) lazy {
	d := s.digits
	next := ZMM()
	VPSLLQ(U8(2), d[3], next) // 2^92 = 2^90·2^2
	for i, above := range []vector{d[1], d[2], next} {
		factor, over := ZMM(), ZMM()
		VPMULUDQ(k.negative, d[i], factor)
		VPANDQ(k.mask, factor, factor)
		accumulate(d[i], factor, k.low)
		VPSRLQ(U8(digitBits), d[i], over)
		VPADDQ(over, above, above)
		accumulate(above, factor, k.high)
	}
	return lazy{next, 2}
}

// digits52 leaves products of residues below 2^50 as the 52-bit multipliers (IFMA) give them: in halves of 52 bits, added
// up in 64 bits for as long as these take it. The radix is 2^104.
type digits52 struct{ zero, q, negative, mask vector }

func (*digits52) suffix() string           { return "Narrow" }
func (*digits52) capacity() int            { return 2048 }
func (*digits52) operand(x vector) operand { return operand{x} }
func (*digits52) weight(at Mem) operand    { return operand{load(at)} }

func (k *digits52) start(consts Mem) {
	k.q, k.negative, k.mask = broadcast(consts), broadcast(consts.Offset(negative52)), broadcast(consts.Offset(16))
	k.zero = zero()
}

// reset clears the digits 2^0, 2^52 and 2^104; the last takes carries only.
func (k *digits52) reset(s *sum) {
	s.digits = []vector{duplicate(k.zero), duplicate(k.zero), duplicate(k.zero)}
}

func (*digits52) add(s *sum, x, y operand) {
	VPMADD52LUQ(y[0], x[0], s.digits[0])
	VPMADD52HUQ(y[0], x[0], s.digits[1])
}

func (k *digits52) carry(s *sum) {
	for i := range 2 {
		k.carryDigit(s, i)
	}
}

func (k *digits52) carryDigit(s *sum, i int) {
	over := ZMM()
	VPSRLQ(U8(52), s.digits[i], over)
	VPADDQ(over, s.digits[i+1], s.digits[i+1])
	VPANDQ(k.mask, s.digits[i], s.digits[i])
}

// finish clears the two lowest digits by adding multiples of q. It expects digits carried.
func (k *digits52) finish(s *sum) lazy {
	for i := range 2 {
		factor := duplicate(k.zero)
		VPMADD52LUQ(k.negative, s.digits[i], factor)
		VPMADD52LUQ(k.q, factor, s.digits[i])
		k.carryDigit(s, i)
		VPMADD52HUQ(k.q, factor, s.digits[i+1])
	}
	return lazy{s.digits[2], 2}
}
