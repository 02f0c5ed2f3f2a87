// Package bounds encloses the values of a network, and the errors of its polynomials, for all inputs of a
// box: by intervals and by zonotopes, both rounded outwards, whichever is tighter.
package bounds
