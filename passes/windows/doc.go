// Package windows knows convolutions, poolings and their products by the entries of a map, however they were written:
// which axes of the result follow which axes of the operand, and which entries are one weight at many places.
package windows
