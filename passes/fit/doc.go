// Package fit replaces the functions of a graph by polynomials.
//
//	OnSamples   every element gets an interval and a polynomial by least squares on calibration samples; a part
//	            of the samples is held out for validation
//	OnBox       intervals hold for all inputs of a box, polynomials are minimax, and the error is bounded
//
// An approximation is what one function becomes: a single polynomial, or polynomials at its kinks. A
// candidate is a network of approximations together with its validation on held-out samples. The degree
// schedules list the approximations to try, cheapest first, and the search takes the first candidate that
// meets the goal.
package fit
