// Package packing turns a polynomial tensor graph into an HE circuit: it chooses a layout
// for every value, and writes every linear map as diagonals between two layouts.
//
// For each affine map there are a few families of result layouts (family.go, skew.go). Given the operands' layouts, a
// family fixes which slots collect for which element, and matching (match.go) chooses rotations so that each
// weight gets one slot and rotation at which its input meets a slot that collects for its output (he.Matrix).
// So the number of rotations is counted, not estimated, and any layout of the operands gives a correct
// result. Where windows move over images or signals (windows.go), results stand where their windows stand
// (image.go), the client lays out the first image for that (image_input.go), and the rotations are a cover of the
// entries (cover.go). Layouts are chosen for the whole graph by a beam search over its nodes (search.go) under a cost
// model (cost.go).
package packing
