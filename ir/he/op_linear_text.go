package he

import (
	"fmt"
	"slices"

	"hecc/ir/text"
)

func (op Linear) attrs() []text.Attr {
	var args, babies, giants []int
	for _, t := range op.Terms {
		args, babies, giants = append(args, t.Arg), append(babies, t.Baby), append(giants, t.Giant)
	}
	var out []text.Attr
	if !op.HasNumbers() || !op.IsElementwise() || !slices.Equal(args, ascending(len(args))) {
		out = []text.Attr{{Key: "args", Value: args}, {Key: "babies", Value: babies}, {Key: "giants", Value: giants}}
	}
	if m := op.matrix(); m != nil {
		return append(out, op.matrixAttrs(m)...)
	}
	if op.HasNumbers() {
		return append(out, text.Attr{Key: "weights", Value: op.numbers()})
	}
	if s, ok := op.Terms[0].Diag.(Spread); ok {
		out = append(out, s.where()...)
	}
	for _, t := range op.Terms {
		switch d := t.Diag.(type) {
		case Spread:
			out = append(out, text.Attr{Key: "spread", Value: text.Blob(d.Values)})
		case Plain:
			out = append(out, text.Attr{Key: "diag", Value: text.Blob(d)})
		}
	}
	return out
}

// numbers lists the diagonals, which are numbers.
func (op Linear) numbers() (out text.Blob) {
	for _, t := range op.Terms {
		x, _ := Number(t.Diag)
		out = append(out, x)
	}
	return out
}

// ascending lists the numbers from 0 to n-1.
func ascending(n int) []int {
	out := make([]int, n)
	for k := range out {
		out[k] = k
	}
	return out
}

func readLinear(a *text.Attrs) (Op, error) {
	var weights text.Blob
	if a.Has("weights") {
		weights = a.Blob("weights")
	}
	op, err := readTerms(a, len(weights))
	if err != nil {
		return nil, err
	}
	switch {
	case a.Has("collect"):
		return op, op.readMatrix(a)
	case weights != nil:
		if len(weights) != len(op.Terms) {
			return nil, fmt.Errorf("%d weights for %d operands", len(weights), len(op.Terms))
		}
		for i := range op.Terms {
			op.Terms[i].Diag = Plain(weights[i : i+1 : i+1])
		}
	case a.Has("spread"):
		where, err := readWhere(a)
		if err != nil {
			return nil, err
		}
		for i := range op.Terms {
			where.Values = a.Blob("spread")
			op.Terms[i].Diag = where
		}
	default:
		for i := range op.Terms {
			op.Terms[i].Diag = Plain(a.Blob("diag"))
		}
		if len(op.Terms) > 0 && op.HasNumbers() {
			return nil, fmt.Errorf("diagonals that are numbers stand in weights")
		}
	}
	return op, nil
}

// readTerms reads operands and rotations. The text leaves them out if there are as many operands as numbers
// and none is rotated.
func readTerms(a *text.Attrs, numbers int) (Linear, error) {
	args, babies, giants := ascending(numbers), make([]int, numbers), make([]int, numbers)
	if a.Has("args") {
		args, babies, giants = a.Ints("args"), a.Ints("babies"), a.Ints("giants")
	}
	if len(babies) != len(args) || len(giants) != len(args) {
		return Linear{}, fmt.Errorf("%d operands, %d babies, %d giants", len(args), len(babies), len(giants))
	}
	op := Linear{Terms: make([]Term, len(args))}
	for i := range args {
		op.Terms[i] = Term{Arg: args[i], Baby: babies[i], Giant: giants[i]}
	}
	return op, nil
}
