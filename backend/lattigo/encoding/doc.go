// Package encoding takes slot values to polynomials and back.
//
// Slot t of a polynomial m is m(ζ^(5^t)) for the primitive root ζ of order M = 2N, or
// 4N in the conjugate-invariant ring, where every slot is real. Encoding
// inverts that evaluation with a special FFT in complex128, multiplies by the scale
// and rounds. A scale may exceed 2^64: rounding a float64 to an integer modulo q is exact at any size.
package encoding
