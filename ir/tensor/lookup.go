package tensor

import (
	"fmt"
	"math"

	"hecc/ir/text"
)

// Lookup replaces each element that is one of Keys by the value with the same index. Others become Default,
// or NaN with Strict: the client then refuses a sample with an unknown category. Keys are distinct. Only the
// client computes it.
type Lookup struct {
	Keys, Values []float64
	Default      float64
	Strict       bool
}

func (Lookup) Name() string { return "lookup" }

func (op Lookup) infer(in [][]int) ([]int, error) {
	if err := arity(in, 1); err != nil {
		return nil, err
	}
	if len(op.Keys) == 0 || len(op.Keys) != len(op.Values) {
		return nil, fmt.Errorf("%d keys and %d values", len(op.Keys), len(op.Values))
	}
	seen := make(map[float64]bool, len(op.Keys))
	for _, k := range op.Keys {
		if seen[k] {
			return nil, fmt.Errorf("key %v stands twice", k)
		}
		seen[k] = true
	}
	for _, list := range [][]float64{op.Keys, op.Values, {op.Default}} {
		if err := finite(list); err != nil {
			return nil, err
		}
	}
	return in[0], nil
}

func (op Lookup) eval(in []operand, out []float64) {
	otherwise := op.Default
	if op.Strict {
		otherwise = math.NaN()
	}
	values := make(map[float64]float64, len(op.Keys))
	for i, k := range op.Keys {
		values[k] = op.Values[i]
	}
	for i, x := range in[0].data {
		v, ok := values[x]
		if !ok {
			v = otherwise
		}
		out[i] = v
	}
}

func (op Lookup) attrs() []text.Attr {
	a := []text.Attr{{Key: "keys", Value: text.Blob(op.Keys)}, {Key: "values", Value: text.Blob(op.Values)}}
	if op.Strict {
		return append(a, text.Attr{Key: "strict", Value: 1})
	}
	return append(a, text.Attr{Key: "default", Value: op.Default})
}

func readLookup(a *text.Attrs) (Op, error) {
	op := Lookup{Keys: a.Blob("keys"), Values: a.Blob("values")}
	if a.Has("strict") {
		op.Strict = true
		if a.Int("strict") != 1 {
			return nil, fmt.Errorf("strict must be 1 if it is there")
		}
		return op, nil
	}
	op.Default = a.Float("default")
	return op, nil
}
