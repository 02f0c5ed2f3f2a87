// Package naive runs a model in the way in which one would write it with Lattigo after reading its
// tutorials: what hecc bench compares a plan with.
//
//	imported graph ── New: layers, parameters, keys, diagonals ──> Model ── Run ──> result and time
//
// Every layer runs on its own. A matrix is padded to a square of the power of two that holds all layers, and
// is one hefloat.LinearTransformation with Lattigo's split into baby steps and giant steps; x·x is MulRelin;
// a function is its Chebyshev interpolant on the range of its arguments, by hefloat.PolynomialEvaluator.
// Parameters are those of Lattigo's templates (55 bits, then 45 bits a level, one special prime of up to 61
// bits, scale 2^45) at the least ring degree that is 128-bit secure and holds the square; keys are those of
// the rotations used.
//
// Where a plain user could do better or worse, this takes the better: zero diagonals are left out, all
// plaintexts are encoded beforehand at the level where they are used, a function's argument is scaled to [-1,
// 1] in the weights before it, results end at level 0, and the client does Softmax and ArgMax. The package
// holds secret keys: it is for measuring, and no server may import it.
package naive
