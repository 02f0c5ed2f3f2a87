package hecc_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"hecc/internal/graphtest"
	"hecc/ir/tensor"
	"hecc/passes"
)

// shapes are dense networks with x² between their layers that no layout was made for: odd and extreme
// widths, more inputs than slots, one layer, many layers; alone and with some samples at once.
var shapes = []struct {
	widths []int
	batch  int
}{
	{[]int{1000, 300, 100, 7}, 1}, {[]int{30, 16, 1}, 1}, {[]int{30, 16, 1}, 100}, {[]int{4096, 64, 2}, 1},
	{[]int{10, 2000, 10}, 1}, {[]int{512, 512}, 1}, {[]int{5000, 20, 3}, 7}, {[]int{32, 24, 24, 24, 24, 24, 4}, 1},
}

// TestShapes runs each on ciphertexts: results within the prediction, counts as in the golden file.
func TestShapes(t *testing.T) {
	var b strings.Builder
	for k, s := range shapes {
		name := strings.ReplaceAll(strings.Trim(fmt.Sprint(s.widths), "[]"), " ", "-")
		if s.batch > 1 {
			name += fmt.Sprint(" ×", s.batch)
		}
		g := network(s.widths)
		r, err := passes.Compile(context.Background(), g, passes.Options{Calibration: graphtest.Samples(g, 64), Batch: s.batch})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		fmt.Fprintln(&b, countsOf(name, r.Plan))
		if k%2 == 1 { // all are counted, and every other is encrypted
			continue
		}
		worst, _ := encryptedError(t, r.Plan, graphtest.Samples(g, 1))
		if predicted := r.Plan.Interface.PredictedError; !(worst <= predicted) {
			t.Errorf("%s: error %.3g, predicted %.3g", name, worst, predicted)
		}
	}
	compareGolden(t, "testdata/shapes.golden", countsHeader()+b.String())
}

// network has weights that keep numbers below one, however many squares there are.
func network(widths []int) *tensor.Graph {
	b := graphtest.NewBuilder(tensor.Imported, rand.New(rand.NewPCG(1, 1)))
	x := b.Input(widths[0])
	for i, w := range widths[1:] {
		x = b.Add(tensor.MatMul{}, x, b.Const(1.5/math.Sqrt(float64(x.Size())), x.Size(), w))
		x = b.Add(tensor.Add{}, x, b.Const(0.5, w))
		if i < len(widths)-2 {
			x = b.Add(tensor.Mul{}, x, x)
		}
	}
	return b.Output(x)
}
