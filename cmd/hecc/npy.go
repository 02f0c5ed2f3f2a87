package main

import (
	"bytes"
	"fmt"

	"github.com/sbinet/npyio"
	"gonum.org/v1/gonum/mat"
)

// readSamples reads a .npy array of float32 or float64, first axis = samples.
func readSamples(path string) ([][]float64, error) {
	return readFile(path, func(b []byte) ([][]float64, error) {
		data, samples, err := decodeNpy(b, "<f4", "<f8")
		if err != nil {
			return nil, err
		}
		return split(data, samples), nil
	})
}

// readLabels reads a .npy vector of class numbers.
func readLabels(path string) ([]int, error) {
	return readFile(path, func(b []byte) ([]int, error) {
		data, samples, err := decodeNpy(b, "<i8", "<i4", "|u1", "<f4", "<f8")
		if err != nil {
			return nil, err
		}
		if len(data) != samples {
			return nil, fmt.Errorf("labels must be one number for each sample, found %d for each", len(data)/samples)
		}
		labels := make([]int, samples)
		for i, x := range data {
			labels[i] = int(x)
		}
		return labels, nil
	})
}

func split(data []float64, samples int) [][]float64 {
	n := len(data) / samples
	out := make([][]float64, samples)
	for i := range out {
		out[i] = data[i*n : (i+1)*n : (i+1)*n]
	}
	return out
}

// decodeNpy reads an array of one of the types. The header is not trusted: the elements
// that it declares must be there before they are allocated.
func decodeNpy(b []byte, types ...string) (data []float64, samples int, err error) {
	defer func() {
		if r := recover(); r != nil { // the library does not vouch for damaged headers
			err = fmt.Errorf("not a readable .npy file: %v", r)
		}
	}()
	in := bytes.NewReader(b)
	r, err := npyio.NewReader(in)
	if err != nil {
		return nil, 0, fmt.Errorf("not a readable .npy file: %v", err)
	}
	d := r.Header.Descr
	if d.Fortran && len(d.Shape) > 1 {
		return nil, 0, fmt.Errorf("array is in Fortran order; save it with numpy.ascontiguousarray")
	}
	if len(d.Shape) == 0 || d.Shape[0] < 1 {
		return nil, 0, fmt.Errorf("array of shape %v has no samples", d.Shape)
	}
	count := 1
	for _, n := range d.Shape {
		if n < 1 || count > len(b)/n {
			return nil, 0, fmt.Errorf("array of shape %v does not fit a file of %d bytes", d.Shape, len(b))
		}
		count *= n
	}
	for _, t := range types {
		if t == d.Type {
			if data, err = readElements(r, t, count); err == nil && in.Len() > 0 {
				err = fmt.Errorf("%d bytes follow the array of shape %v that the header declares", in.Len(), d.Shape)
			}
			return data, d.Shape[0], err
		}
	}
	return nil, 0, fmt.Errorf("array has type %s, expected one of %v", d.Type, types)
}

func readElements(r *npyio.Reader, dtype string, count int) ([]float64, error) {
	switch dtype {
	case "<f8":
		return readAs[float64](r, count)
	case "<f4":
		return readAs[float32](r, count)
	case "<i8":
		return readAs[int64](r, count)
	case "<i4":
		return readAs[int32](r, count)
	}
	return readAs[uint8](r, count)
}

func readAs[T float64 | float32 | int64 | int32 | uint8](r *npyio.Reader, count int) ([]float64, error) {
	raw := make([]T, count)
	if err := r.Read(&raw); err != nil {
		return nil, fmt.Errorf("truncated array: %v", err)
	}
	out := make([]float64, len(raw))
	for i, x := range raw {
		out[i] = float64(x)
	}
	return out, nil
}

// encodeNpy writes samples of equal length as a float64 array.
func encodeNpy(samples [][]float64) ([]byte, error) {
	m := mat.NewDense(len(samples), len(samples[0]), nil)
	for i, x := range samples {
		m.SetRow(i, x)
	}
	var b bytes.Buffer
	err := npyio.Write(&b, m)
	return b.Bytes(), err
}
