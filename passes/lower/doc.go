// Package lower turns graphs into graphs, exactly: nothing here needs to know samples or ranges. It folds constants, splits off
// what the client computes before encryption and after decryption, merges elementwise functions, multiplies linear maps
// together, and takes polynomials of low degree apart into squares and maps.
//
//	imported ─> FoldConstants ─> Simplify ─> SplitPrologue ─> SplitEpilogue ─> MergeFunctions ─> FuseLinear ─> lowering
//	lowering ─> (fit) ─> CompleteSquares ─> UnitIntervals ─> polynomial
package lower
