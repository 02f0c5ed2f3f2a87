package main

import (
	"slices"

	"hecc/ir/diag"
	"hecc/ir/tensor"
	"hecc/runtime/codec"
	"hecc/runtime/datafile"
)

// A model whose output is one number, as an anomaly score is, has no classes: labels 0 and 1 then say of which
// samples the number should be large.

// readFlags reads such labels.
func readFlags(path string, samples int) ([]bool, error) {
	labels, err := datafile.ReadLabels(path, []string{"0", "1"})
	if err != nil {
		return nil, err
	}
	if len(labels) != samples {
		return nil, labelCount(path, len(labels), samples)
	}
	flags := make([]bool, samples)
	for s, l := range labels {
		if l != "0" && l != "1" {
			return nil, diag.In(path, "label %d is %q, must be 0 or 1: the model has no classes, its output is a single number", s, l).
				Cure("1 says that the number should be large; without such labels leave out --labels; --expect compares with outputs")
		}
		flags[s] = l == "1"
	}
	if !slices.Contains(flags, true) || !slices.Contains(flags, false) {
		return nil, diag.In(path, "all labels are the same").Cure("give samples of both kinds, labelled 0 and 1")
	}
	return flags, nil
}

// alarms are the scores of the samples inside the plan's range.
type alarms struct {
	clear, encrypted []float64
	flags            []bool
}

func (a *alarms) add(g *tensor.Graph, d dataset, s int, got *codec.Result, exact tensor.Values) {
	if d.flags == nil {
		return
	}
	a.clear = append(a.clear, exact.Of(g.Primary().Node)[0])
	a.encrypted = append(a.encrypted, got.Primary[0])
	a.flags = append(a.flags, d.flags[s])
}

// auc is the area under the curve of true over false alarms: the share of pairs of a flagged and another sample
// of which the flagged one has the larger score, ties counting half. It is nil without both kinds.
func auc(scores []float64, flagged []bool) *float64 {
	order := make([]int, len(scores))
	for s := range order {
		order[s] = s
	}
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case scores[a] < scores[b]:
			return -1
		case scores[a] > scores[b]:
			return 1
		}
		return 0
	})
	var below, pairs, above float64 // of samples not flagged
	for k := 0; k < len(order); {
		var own, other float64 // that have the same score
		for first := k; k < len(order) && scores[order[k]] == scores[order[first]]; k++ {
			if flagged[order[k]] {
				own++
			} else {
				other++
			}
		}
		pairs += own * (below + other/2)
		below, above = below+other, above+own
	}
	if below == 0 || above == 0 {
		return nil
	}
	share := pairs / (below * above)
	return &share
}
