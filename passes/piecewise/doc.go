// Package piecewise is about functions with kinks and jumps. Those of straight pieces become lines, |u| at each kink and
// sgn(u) at each jump, for which there are polynomials of very high degree; curved ones are split into a smooth part and such.
package piecewise
