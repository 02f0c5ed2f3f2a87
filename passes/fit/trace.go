package fit

import (
	"slices"

	"hecc/ir/tensor"
	"hecc/passes/internal/sampled"
)

// trace is what the nodes of a candidate's graph became, node by node of the exact graph. Candidates that
// replace the first functions alike have the same values up to there. It ends at polynomials at kinks.
type trace struct {
	settings
	ops    []tensor.Op
	values []sampled.Matrix
}

// common is how many nodes of the graph a candidate of these settings has in common with the traced one.
func (t *trace) common(g *tensor.Graph, s settings) int {
	if len(t.ops) == 0 || t.refit != s.refit || t.margin != s.margin || t.shared != s.shared {
		return 0
	}
	k := 0
	for i, n := range g.Nodes[:len(t.ops)] {
		if _, ok := n.Op.(tensor.Func); !ok {
			continue
		}
		if t.approximations[k] != s.approximations[k] || s.approximations[k].piecewise != nil {
			return i
		}
		k++
	}
	return len(t.ops)
}

// start begins a new trace with the nodes that it has in common with the last one.
func (t *trace) start(s settings, common int) trace {
	return trace{s, slices.Clone(t.ops[:common]), slices.Clone(t.values[:common])}
}

// add records what the next node became, if it is to be recorded.
func (t *trace) add(record bool, op tensor.Op, values sampled.Matrix) {
	if record {
		t.ops, t.values = append(t.ops, op), append(t.values, values)
	}
}
