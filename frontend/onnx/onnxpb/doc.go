// Package onnxpb is hecc's own binding of the ONNX model format, generated from
// onnx.proto by protoc-gen-go v1.36.11.
package onnxpb

//go:generate protoc -I ../../.. --go_out=../../.. --go_opt=paths=source_relative frontend/onnx/onnxpb/onnx.proto
