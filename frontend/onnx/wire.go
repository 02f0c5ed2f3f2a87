package onnx

import (
	"errors"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"hecc/frontend/onnx/onnxpb"
	"hecc/ir/diag"
)

// decode parses a file. Fields that the binding does not have are documentation
// in the IR versions that checkModel lets through, and are dropped.
func decode(file string, data []byte) (*onnxpb.ModelProto, error) {
	pos := diag.Pos{File: file}
	switch {
	case len(data) == 0:
		return nil, diag.At(pos, "the file is empty").Cure("%s", copyAgain)
	case len(data) > maxFileBytes:
		return nil, diag.At(pos, "the file is larger than %d MiB", maxFileBytes>>20).Cure("%s", tooLarge)
	}
	model := new(onnxpb.ModelProto)
	fields := 0
	if err := scan(data, model.ProtoReflect().Descriptor(), 0, &fields); err != nil {
		return nil, notAModel(pos, err)
	}
	options := proto.UnmarshalOptions{DiscardUnknown: true, RecursionLimit: maxNesting}
	if err := options.Unmarshal(data, model); err != nil {
		return nil, notAModel(pos, err)
	}
	return model, nil
}

func notAModel(pos diag.Pos, err error) error {
	return diag.At(pos, "not an ONNX model, or a damaged one: %s", wireFault(err)).
		Cure("%s", copyAgain)
}

const copyAgain = "check that the file was copied in full, and in binary"

// wireFault words a fault of the wire format; the protobuf library words its
// own differently from run to run on purpose.
func wireFault(err error) string {
	var fault scanError
	if errors.As(err, &fault) {
		return string(fault)
	}
	return "a field has the wrong wire type"
}

type scanError string

func (e scanError) Error() string { return string(e) }

// scan walks a message without allocating, counting its fields, so that a small
// file cannot become a large tree of messages.
func scan(b []byte, m protoreflect.MessageDescriptor, depth int, fields *int) error {
	if depth > maxNesting {
		return scanError(fmt.Sprintf("messages are nested more than %d deep", maxNesting))
	}
	for len(b) > 0 {
		if *fields++; *fields > maxFields {
			return scanError(fmt.Sprintf("it has more than %d fields", maxFields))
		}
		num, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			return scanError("a field's tag is cut short or invalid")
		}
		if kind == protowire.StartGroupType || kind == protowire.EndGroupType {
			return scanError("it has groups, which ONNX does not use")
		}
		b = b[n:]
		n = protowire.ConsumeFieldValue(num, kind, b)
		if n < 0 {
			return scanError("a field is cut short or invalid")
		}
		value := b[:n]
		b = b[n:]
		f := m.Fields().ByNumber(num)
		if f == nil || f.Message() == nil || kind != protowire.BytesType {
			continue
		}
		inner, _ := protowire.ConsumeBytes(value)
		if err := scan(inner, f.Message(), depth+1, fields); err != nil {
			return err
		}
	}
	return nil
}
