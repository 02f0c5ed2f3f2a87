// Package datafile reads files of samples, outputs and labels as the field's tools write them:
// arrays of NumPy (.npy) and comma-separated values (.csv).
//
//	file ── decodeNpy, decodeCSV ──> table ── columns of the model ──> Samples
//
// Nothing is allocated on the word of a header. Errors name the line and column, or the sample and element.
package datafile
