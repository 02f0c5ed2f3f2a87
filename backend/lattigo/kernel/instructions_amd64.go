package kernel

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

var detected = func() Instructions {
	switch {
	case !cpu.X86.HasAVX512F || !cpu.X86.HasAVX512DQ:
		return Go
	case !cpu.X86.HasAVX512IFMA:
		return AVX512
	}
	return IFMA
}()

// narrowBits bounds the primes of the narrow arithmetic: four times a prime fits into 52 bits.
const narrowBits = 50

// codeFor chooses the assembly for a prime; nil for none.
func codeFor(use Instructions, q uint64) *code {
	switch use = min(use, detected); {
	case use == Go:
		return nil
	case use == AVX512:
		return &plainCode
	case q>>narrowBits == 0:
		return &narrowCode
	}
	return &wideCode
}

var wideCode = code{
	spread: 3, constant: wideConstant,
	forward4: forward4Wide, forward8: forward8Wide, forwardLast: forwardLastWide, fold: foldWide,
	inverse4: inverse4Wide, inverse8: inverse8Wide, inverseFirst: inverseFirstWide, unfold: unfoldWide, scale: scaleWide,
	lift: liftWide, liftConstant: wideConstant, mulSub: mulSubWide, affine: affineWide, product: productWide,
}

var plainCode = code{
	spread: 3, constant: plainConstant,
	forward4: forward4Plain, forward8: forward8Plain, forwardLast: forwardLastPlain, fold: foldPlain,
	inverse4: inverse4Plain, inverse8: inverse8Plain, inverseFirst: inverseFirstPlain, unfold: unfoldPlain, scale: scalePlain,
	lift: liftPlain, liftConstant: plainConstant, mulSub: mulSubPlain, affine: affinePlain, product: productPlain,
}

var narrowCode = code{
	narrow: true, spread: 2, constant: narrowConstant,
	forward4: forward4Narrow, forward8: forward8Narrow, forwardLast: forwardLastNarrow, fold: foldNarrow,
	inverse4: inverse4Narrow, inverse8: inverse8Narrow, inverseFirst: inverseFirstNarrow, unfold: unfoldNarrow, scale: scaleNarrow,
	lift: liftWide, liftConstant: wideConstant, mulSub: mulSubNarrow, affine: affineNarrow, product: productNarrow,
}

// gather and dot call the assembly by name, so that their arguments stay on the stack.
func gather(c *code, out0, out1 *uint64, blocks int, args *gatherArgs, consts *uint64) {
	if c.narrow {
		gatherNarrow(out0, out1, blocks, (*uint64)(unsafe.Pointer(args)), consts)
	} else {
		gatherSplit(out0, out1, blocks, (*uint64)(unsafe.Pointer(args)), consts)
	}
}

func dot(narrow bool, out *uint64, blocks int, args *dotArgs, consts *uint64) {
	if narrow {
		dotNarrow(out, blocks, (*uint64)(unsafe.Pointer(args)), consts)
	} else {
		dotSplit(out, blocks, (*uint64)(unsafe.Pointer(args)), consts)
	}
}

func matrix(args *matrixArgs, consts *uint64) { matrixNarrow((*uint64)(unsafe.Pointer(args)), consts) }
