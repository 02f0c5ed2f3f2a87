// Package fit replaces the functions of a graph by polynomials.
//
//	OnSamples   each element gets an interval and a polynomial by least squares on the samples that were given;
//	            a part of these is held out, and judges
//	OnBox       intervals hold for all inputs of a box, polynomials are minimax, the error is bounded
//
// A form says what one function becomes; a candidate is a network of forms with what held-out samples say of it; the schedules
// list the forms to try, cheapest first, and the search takes the first candidate that meets the goal.
package fit
