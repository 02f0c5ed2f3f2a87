// Package piecewise approximates functions with kinks and jumps. A piecewise linear function becomes an
// affine map, |u| at each kink and sgn(u) at each jump, for which polynomials of very high degree exist. A
// curved function with kinks is split into a smooth function and a piecewise linear one.
package piecewise
