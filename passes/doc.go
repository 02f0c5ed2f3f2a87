// Package passes compiles an imported graph to a plan. table.go has all passes in one screen, with the
// reasons for their order; compile.go runs them. What a pass does is in the package of its trade, and arrows
// run one way:
//
//	passes ─┬─> lower ──────────────> rewrite            graphs to graphs: splitting, merging, fusing
//	        ├─> fit ─┬─> piecewise ─> bounds, approx     functions to polynomials, on samples or on a box
//	        │        ├─> labels ─────> promise           what is known of samples, and what a fit loses by it
//	        │        ├─> train                           refitted weights, distillation
//	        │        └─> promise ───> tails              what unseen samples and the client make of errors
//	        ├─> packing ────────────> polyeval           graphs to circuits: layouts, diagonals, products
//	        ├─> worst ──┐                                inputs that noise is planned on
//	        └─> planning┴──> packing                     moduli, levels, scales, noise
//
// sampled (values of nodes on many samples, and derivatives) and parallel, both in internal, serve them all.
// A package gets what it needs as arguments and returns what it has found; the compilation, which has
// everything, stays here.
package passes
