package onnx

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"

	"hecc/frontend/onnx/onnxpb"
	"hecc/ir/diag"
)

// loadExternal reads the initializers that a model keeps in other files. These must lie in the model's folder
// or below: os.Root keeps names and symbolic links from leading out of it.
func loadExternal(file, folder string, graph *onnxpb.GraphProto) error {
	total := 0
	for _, t := range graph.Initializer {
		if t.GetDataLocation() != onnxpb.TensorProto_EXTERNAL || folder == "" {
			continue
		}
		what := fmt.Sprintf("initializer %q", t.GetName())
		data, err := readExternal(folder, t, maxFileBytes-total)
		if err != nil {
			return diag.In(file, "%s: %v", what, err).
				Cure("keep the files with the weights in the folder of the model, or save it as one file: onnx.save(onnx.load(\"model.onnx\"), \"one.onnx\")")
		}
		total += len(data)
		t.RawData, t.DataLocation, t.ExternalData = data, nil, nil
	}
	return nil
}

// readExternal reads as many bytes as the tensor's shape and type need, from its place in its file.
func readExternal(folder string, t *onnxpb.TensorProto, most int) ([]byte, error) {
	width, ok := widths[elemType(t.GetDataType())]
	if !ok {
		return nil, fmt.Errorf("elements of type %v cannot be in another file", elemType(t.GetDataType()))
	}
	_, n, err := readDims(t.Dims)
	if err != nil {
		return nil, err
	}
	if n*width > most {
		return nil, fmt.Errorf("the weights of this model take more than %d MiB", maxFileBytes>>20)
	}
	location, offset, length, err := externalPlace(t)
	if err != nil {
		return nil, err
	}
	if length >= 0 && length != int64(n*width) {
		return nil, fmt.Errorf("shape %v needs %d bytes, its length in %q is %d", t.Dims, n*width, location, length)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, fmt.Errorf("cannot open the model's folder")
	}
	defer root.Close()
	info, err := root.Stat(location)
	if err != nil {
		return nil, fmt.Errorf("cannot read %q: %v", location, reason(err))
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("cannot read %q: not a regular file", location)
	}
	if offset > info.Size() || info.Size()-offset < int64(n*width) {
		return nil, fmt.Errorf("%q has %d bytes, %d are needed from byte %d on", location, info.Size(), n*width, offset)
	}
	f, err := root.Open(location)
	if err != nil {
		return nil, fmt.Errorf("cannot read %q: %v", location, reason(err))
	}
	defer f.Close()
	data := make([]byte, n*width)
	if _, err := f.ReadAt(data, offset); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("cannot read %q: %v", location, reason(err))
	}
	return data, nil
}

// reason is the fault without the names that the message has already.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// externalPlace reads where the bytes are; length is -1 if it is not given.
func externalPlace(t *onnxpb.TensorProto) (location string, offset, length int64, err error) {
	length = -1
	for _, e := range t.ExternalData {
		switch key, text := e.GetKey(), e.GetValue(); key {
		case "location":
			location = text
		case "offset", "length":
			n, err := strconv.ParseInt(text, 10, 64)
			if err != nil || n < 0 {
				return "", 0, 0, fmt.Errorf("%s is %q, must be a whole number", key, text)
			}
			if key == "offset" {
				offset = n
			} else {
				length = n
			}
		}
	}
	if location == "" {
		return "", 0, 0, fmt.Errorf("it is said to be in another file, but not in which")
	}
	return location, offset, length, nil
}
