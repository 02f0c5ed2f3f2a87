// Package labels holds fits against what is known of samples: the class of each, or the values that the model should give. The
// model's own loss says what an error matters: one far below the model's own buys nothing.
package labels

import (
	"gonum.org/v1/gonum/stat"

	"hecc/ir/tensor"
	"hecc/passes/internal/parallel"
	"hecc/passes/internal/sampled"
	"hecc/passes/promise"
)

// Truth is what is known of samples. With neither classes nor values nothing is.
type Truth struct {
	Classes []string           // of each sample, as the model names it
	By      *tensor.Classifier // that names the classes of answers
	Values  [][]float64        // or the values that the primary output should have
}

// Known says whether there is any.
func (t Truth) Known() bool { return t.Classes != nil || t.Values != nil }

// Of is the truth of some of the samples.
func (t Truth) Of(samples []int) Truth {
	out := Truth{By: t.By}
	for _, s := range samples {
		if t.Classes != nil {
			out.Classes = append(out.Classes, t.Classes[s])
		} else if t.Values != nil {
			out.Values = append(out.Values, t.Values[s])
		}
	}
	return out
}

// Kept is the truth of those of the samples that are kept, in any order: the same slices.
func (t Truth) Kept(samples, kept [][]float64) Truth {
	if !t.Known() {
		return t
	}
	number := map[*float64]int{}
	for s, x := range samples {
		number[&x[0]] = s
	}
	order := make([]int, len(kept))
	for k, x := range kept {
		order[k] = number[&x[0]]
	}
	return t.Of(order)
}

// Losses are those of each sample, from what the client decrypts: 1 for a wrong class and 0 for a right one, or the mean square
// distance from the values.
func (t Truth) Losses(r *promise.Release, decrypted sampled.Matrix) []float64 {
	out := make([]float64, decrypted.Rows())
	parallel.Rows(len(out), func(lo, hi int) {
		e := tensor.NewEvaluator(r.Epilogue)
		for s := lo; s < hi; s++ {
			out[s] = t.loss(s, r.Epilogue, e.MustRun(decrypted.Row(s)))
		}
	})
	return out
}

func (t Truth) loss(s int, g *tensor.Graph, v tensor.Values) (loss float64) {
	if t.Classes == nil {
		got := v.Of(g.Primary().Node)
		for i, y := range got {
			loss += (y - t.Values[s][i]) * (y - t.Values[s][i]) / float64(len(got))
		}
		return loss
	}
	at := g.Primary().Node
	if t.By.Output >= 0 {
		at = g.Outputs[t.By.Output].Node
	}
	if t.By.Class(v.Of(at)) != t.Classes[s] {
		loss = 1
	}
	return loss
}

// variance is that of the values, each about its own mean, on average.
func (t Truth) variance() (variance float64) {
	if len(t.Values) == 0 {
		return 0
	}
	column := make([]float64, len(t.Values))
	for i := range t.Values[0] {
		for s, y := range t.Values {
			column[s] = y[i]
		}
		_, deviation := stat.PopMeanStdDev(column, nil)
		variance += deviation * deviation / float64(len(t.Values[0]))
	}
	return variance
}
