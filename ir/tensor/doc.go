// Package tensor is the tensor graph: what a model computes on one sample.
//
// The frontend makes it from ONNX (stage imported). Passes rewrite it until only affine maps, polynomials and
// products of values are left (stage polynomial). Its evaluation in clear is the reference for everything
// else.
//
//	ONNX ── frontend ──> imported ── passes ──> polynomial ── passes/packing ──> ir/he
//	                         └── Softmax, ArgMax, labels ──> epilogue (the client, in clear)
//
// A graph has no batch axis: shapes are those of one sample, and a shape of length zero is a single number.
// All numbers are float64.
package tensor
