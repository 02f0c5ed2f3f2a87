// Package models embeds three of the trained ONNX models of this directory and
// a handful of MNIST digits, so that the demo and the examples run from the
// binary alone, without a file beside it. README.md tells how each model was
// trained and how well it does.
package models

import _ "embed"

var (
	// Square is mnist/square.onnx: 784-128-10 with x*x for an activation,
	// which CKKS computes without approximating anything.
	//
	//go:embed mnist/square.onnx
	Square []byte

	// Relu is mnist/relu.onnx: 784-128-64-10 with ReLU.
	//
	//go:embed mnist/relu.onnx
	Relu []byte

	// Lola is mnist/lola.onnx: a convolution with 5 maps and two dense layers, with x*x for activations.
	//
	//go:embed mnist/lola.onnx
	Lola []byte

	// DemoDigits is a NumPy array of 20 test digits that no model was trained
	// on: float32, 20x784, pixels in [0, 1].
	//
	//go:embed mnist/demo.npy
	DemoDigits []byte

	// DemoLabels is a NumPy array of the digits that DemoDigits show: int64,
	// 20 of them.
	//
	//go:embed mnist/demo_labels.npy
	DemoLabels []byte

	// DemoCalibration is a NumPy array of 512 calibration digits that no model was trained on, laid out like
	// DemoDigits, from which the compiler learns the ranges of values.
	//
	//go:embed mnist/demo_calibrate.npy
	DemoCalibration []byte
)
