// Package onnx reads a trained ONNX model into a tensor graph (stage imported).
//
//	bytes ── decode ──> ModelProto ── check ──> model ── topology ──> nodes ── lower ──> tensor.Graph
//	         wire.go                  check.go           topology.go           lower.go, batch.go
//	         onnxpb                   names.go, order.go skeleton.go           call.go, op_*.go
//	                                  supported.go       recorder.go           table.go, cures.go
//
// The steps:
//
//   - decode walks the bytes with a budget before anything is allocated for
//     them, then parses them with hecc's own binding (package onnxpb).
//   - check refuses whatever ONNX leaves open or hecc does not know: versions,
//     functions, subgraphs, names that are not unique or not defined, cycles,
//     and operators that the table does not have. It sorts the nodes.
//   - topology lets onnx-go resolve who reads whose result, on a skeleton of the
//     model without types and weights, and compares its answer with the file.
//   - lower turns the nodes, in order, into tensor operations. The table has one
//     row for each operator and range of versions; the row names the handler.
//
// A tensor graph computes one sample. Where the first dimension of the model's
// input is not fixed, it is the batch axis, and every value computed from the
// input loses it (value.batched). Whatever would mix the samples of a batch is refused.
// A fixed first dimension is the batch axis if no node mixes what lies along it.
//
// What is constant is computed here, by the evaluator of package tensor.
// Shapes that a model computes for itself (Shape, Gather, Concat, Reshape) are
// constants whose entries may stand for the size of the batch.
//
// Files are hostile: nothing is allocated on the word of a size in a file, and
// the limits in budget.go bound memory and time.
package onnx
