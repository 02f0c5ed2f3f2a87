package hecc_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"hecc/backend/lattigo/client"
	"hecc/backend/lattigo/eval"
	"hecc/internal/graphtest"
	"hecc/ir/tensor"
	"hecc/passes"
	codec "hecc/runtime/client"
)

// shapes are dense networks with x² between their layers that no layout was made for: odd and extreme
// widths, more inputs than slots, one layer, many layers; alone and with some samples at once.
var shapes = []struct {
	widths []int
	batch  int
}{
	{[]int{1000, 300, 100, 7}, 1}, {[]int{30, 16, 1}, 1}, {[]int{30, 16, 1}, 100}, {[]int{4096, 64, 2}, 1},
	{[]int{10, 2000, 10}, 1}, {[]int{512, 512}, 1}, {[]int{5000, 20, 3}, 7}, {[]int{32, 24, 24, 24, 24, 24, 24, 24, 4}, 1},
}

// TestShapes runs each on ciphertexts: results within the prediction, counts as in the golden file.
func TestShapes(t *testing.T) {
	var b strings.Builder
	for _, s := range shapes {
		name := strings.ReplaceAll(strings.Trim(fmt.Sprint(s.widths), "[]"), " ", "-")
		if s.batch > 1 {
			name += fmt.Sprint(" ×", s.batch)
		}
		g := network(s.widths)
		r, err := passes.Compile(g, passes.Options{Calibration: graphtest.Samples(g, 64), Batch: s.batch})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		fmt.Fprintln(&b, countsOf(name, r.Plan))
		if worst, predicted := encryptedError(t, g, r), r.Plan.Interface.PredictedError; !(worst <= predicted) {
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

// encryptedError is the largest error of some samples, computed on ciphertexts.
func encryptedError(t *testing.T, g *tensor.Graph, r *passes.Result) float64 {
	t.Helper()
	i := &r.Plan.Interface
	secret, err := client.GenerateSecretKey(i)
	check(err)
	keys, err := secret.EvaluationKeys()
	check(err)
	session, err := eval.Open(r.Plan, keys, eval.Threads(2))
	check(err)
	c, err := codec.NewCodec(i)
	check(err)
	samples := graphtest.Samples(g, 3)
	request, err := secret.Encryptor().Encrypt(c.Runs(samples))
	check(err)
	response, err := session.Run(context.Background(), request, nil)
	check(err)
	decrypted, err := secret.Decryptor().Decrypt(response)
	check(err)
	results, err := c.Results(decrypted, len(samples))
	check(err)
	worst := 0.0
	for s, x := range samples {
		for k, want := range graphtest.Run(g, x) {
			worst = max(worst, math.Abs(results[s].Primary[k]-want))
		}
	}
	return worst
}
