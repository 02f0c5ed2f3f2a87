package main

import (
	"context"
	"path/filepath"
	"slices"
	"testing"

	"hecc/frontend/onnx"
	"hecc/ir/tensor"
	"hecc/passes"
	"hecc/runtime/datafile"
)

// TestOneHot: rows of a one among zeros are classes, and no values.
func TestOneHot(t *testing.T) {
	for _, c := range []struct {
		rows [][]float64
		want bool
	}{{[][]float64{{0, 1, 0}, {1, 0, 0}}, true}, {[][]float64{{0, 1, 0}, {1, 0, 1}}, false}, {[][]float64{{0, 1, 0}, {0.5, 0, 1}}, false}} {
		if oneHot(c.rows) != c.want {
			t.Errorf("%v: %v", c.rows, !c.want)
		}
	}
}

// TestHeldOut: copies among the samples move the places of those that are held out.
func TestHeldOut(t *testing.T) {
	g, err := onnx.Load(filepath.Join(shipped, "tabular/regressor.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := datafile.Read(filepath.Join(data, "tabular/test.npy"), g.Input().Op.(tensor.Input))
	if err != nil {
		t.Fatal(err)
	}
	rows := append([][]float64{s.Rows[0], s.Rows[0]}, s.Rows[1:]...)
	r, err := passes.Compile(context.Background(), g, passes.Options{Calibration: rows, TargetError: 1})
	if err != nil {
		t.Fatal(err)
	}
	j := &judge{samples: &datafile.Samples{Rows: rows}}
	if err := j.findHeldOut(context.Background(), r.Plan); err != nil {
		t.Fatal(err)
	}
	if len(j.heldOut) != r.Report.Fit.HeldOut || !slices.Equal(j.heldOut[:3], []int{0, 5, 9}) {
		t.Errorf("%d held-out samples, %v, for %d", len(j.heldOut), j.heldOut, r.Report.Fit.HeldOut)
	}
}
