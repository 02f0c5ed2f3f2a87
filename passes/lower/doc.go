// Package lower rewrites graphs exactly, without knowing samples or ranges. It folds constants, splits off
// what the client computes before encryption and after decryption, merges elementwise functions, multiplies
// linear maps together, and writes polynomials of low degree as products and affine maps.
//
//	imported ─> FoldConstants ─> Simplify ─> SplitPrologue ─> SplitEpilogue ─> MergeFunctions ─> FuseLinear ─> lowering
//	lowering ─> (fit) ─> CompleteSquares ─> UnitIntervals ─> polynomial
package lower
