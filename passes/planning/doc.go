// Package planning chooses CKKS parameters for a packed circuit and gives every value its
// level and scale.
//
// A candidate is a ring degree, a waterline (the scale that values are brought back to), the size of
// plaintexts, and a rule for when to rescale (chain.go). Its circuit is built with exact scales (assign.go).
// Its noise follows from the noise gain of each value, which is how strongly noise there reaches the outputs
// (gain.go, noise.go), and its cost from the operations. The cheapest candidate whose noise meets the target
// and whose moduli the security table allows is chosen (search.go).
//
// The search runs on the quotient of the circuit by the equivalence of values that planning treats alike
// (quotient.go), so that it does not get slower with the width of a model.
package planning
