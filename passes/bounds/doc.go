// Package bounds encloses the values of a network, and what polynomials put it off by, for all inputs of a box: by intervals and
// by zonotopes, both rounded outwards, whichever is tighter.
package bounds
