// Package planning chooses CKKS parameters for a packed circuit and gives every value its
// level and scale.
//
// A candidate is a ring degree, a waterline (the scale that values are brought back to), the
// size of plaintexts, and a rule for when to rescale (chain.go). Its circuit is built with
// exact scales (assign.go), its noise follows from how strongly noise in each value reaches
// the outputs (gain.go, noise.go), its cost from the operations. The cheapest candidate
// whose noise meets the target and whose moduli the security table allows wins (search.go).
package planning
