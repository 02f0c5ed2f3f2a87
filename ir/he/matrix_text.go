package he

import (
	"fmt"

	"hecc/ir/text"
)

// matrixAttrs are the attributes of the matrix of a Linear's diagonals: the layout that collects, the part
// and ciphertext of the map that each operand of the Linear is, and for each part its layout and its weights.
// The period is left out if it is that of the layout that collects.
func (op Linear) matrixAttrs(m *Matrix) []text.Attr {
	var parts, cts []int
	for k, t := range op.Terms {
		for len(parts) <= t.Arg {
			parts, cts = append(parts, 0), append(cts, 0)
		}
		parts[t.Arg], cts[t.Arg] = m.Diagonals[k].Part, m.Diagonals[k].Ct
	}
	out := []text.Attr{{Key: "collect", Value: m.Collect.String()}, {Key: "ct", Value: m.Ct}, {Key: "first", Value: m.First},
		{Key: "rows", Value: m.Parts[0].Weights.Rows}, {Key: "parts", Value: parts}, {Key: "cts", Value: cts}}
	if m.Period != m.Collect.Slots {
		out = append(out, text.Attr{Key: "period", Value: m.Period})
	}
	for k := range m.Parts {
		p := &m.Parts[k]
		out = append(out, text.Attr{Key: "in", Value: p.In.String()})
		if w := &p.Weights; w.RowPtr != nil {
			rows := w.asRows()
			out = append(out, rows.Attrs()...)
		} else {
			out = append(out, text.Attr{Key: "dense", Value: text.Blob(w.Val)})
		}
	}
	return out
}

// readMatrix is the inverse of matrixAttrs: it gives the terms their diagonals.
func (op Linear) readMatrix(a *text.Attrs) (err error) {
	m := &Matrix{Ct: a.Int("ct"), First: a.Int("first")}
	if m.Collect, err = ParseLayout(a.String("collect")); err != nil {
		return err
	}
	if m.Period = m.Collect.Slots; a.Has("period") {
		if m.Period = a.Int("period"); m.Period == m.Collect.Slots {
			return fmt.Errorf("gives the slots that collect as period")
		}
	}
	rows, parts, cts := a.Int("rows"), a.Ints("parts"), a.Ints("cts")
	for a.Has("in") {
		p := Part{}
		if p.In, err = ParseLayout(a.String("in")); err != nil {
			return err
		}
		if p.Weights, err = readSparse(a, rows, p.In.Size); err != nil {
			return err
		}
		m.Parts = append(m.Parts, p)
	}
	if len(op.Terms) == 0 || len(m.Parts) == 0 {
		return fmt.Errorf("has no terms, or no matrix for them")
	}
	for k := range op.Terms {
		t := &op.Terms[k]
		if t.Arg < 0 || t.Arg >= len(parts) || t.Arg >= len(cts) {
			return fmt.Errorf("term of operand %d, %d are placed", t.Arg, len(parts))
		}
		m.Diagonals = append(m.Diagonals, RotatedOperand{parts[t.Arg], cts[t.Arg], (t.Baby + t.Giant) % m.Parts[0].In.Slots})
		t.Diag = Diagonal{m, k, t.Giant}
	}
	return nil
}

func readSparse(a *text.Attrs, rows, cols int) (Sparse, error) {
	if a.Next() == "dense" {
		return Sparse{Rows: rows, Cols: cols, Val: a.Blob("dense")}, nil
	}
	r, err := a.Rows()
	return Sparse{rows, cols, r.Kind, r.First, r.RowPtr, r.Col, r.Val}, err
}
