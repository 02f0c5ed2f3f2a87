package main

import (
	"slices"

	"hecc/ir/diag"
	"hecc/ir/he"
)

// layerRows is a row for the inputs and for each node of the model.
func layerRows(c *he.Circuit, ops []traceRow) (rows []traceRow) {
	index := map[diag.Pos]int{}
	results := layerResults(c)
	for _, v := range c.Values {
		pos := v.Pos
		if _, ok := v.Op.(he.Input); ok {
			pos = diag.Pos{Op: v.Op.Name()}
		}
		k, known := index[pos]
		if !known {
			k = len(rows)
			index[pos] = k
			rows = append(rows, traceRow{ID: -1, Op: pos.Op, Source: ops[v.ID].Source, Flags: []string{}})
		}
		rows[k].join(&ops[v.ID], results[v.ID])
	}
	return rows
}

// layerResults says which values are read by other layers, or decrypted.
func layerResults(c *he.Circuit) []bool {
	out := make([]bool, len(c.Values))
	for _, v := range c.Values {
		for _, in := range v.In {
			out[in.ID] = out[in.ID] || in.Pos != v.Pos
		}
	}
	for _, v := range c.Outputs {
		out[v.ID] = true
	}
	return out
}

// join adds an operation to its layer. The layer's noise is that of the result with the fewest bits left.
func (r *traceRow) join(op *traceRow, result bool) {
	r.Expected, r.Took = r.Expected+op.Expected, r.Took+op.Took
	for _, f := range op.Flags {
		if !slices.Contains(r.Flags, f) {
			r.Flags = append(r.Flags, f)
		}
	}
	if !result || op.Measured == nil || op.BitsLeft == nil || r.BitsLeft != nil && *r.BitsLeft <= *op.BitsLeft {
		return
	}
	own := *r
	*r = *op
	r.Op, r.Source, r.Expected, r.Took, r.Flags = own.Op, own.Source, own.Expected, own.Took, own.Flags
}

// addRange says how far the arguments of a layer's functions went in their intervals.
func (t *trace) addRange(r *traceRow) {
	for _, l := range t.Ranges {
		if l.Source != r.Source {
			continue
		}
		if r.LargestT == nil || l.LargestT > *r.LargestT {
			r.LargestT = &l.LargestT
		}
		if !l.Exact && (r.FitError == nil || l.Err > *r.FitError) {
			r.FitError = &l.Err
		}
		if l.outside > 0 && !slices.Contains(r.Flags, flagInterval) {
			r.Flags = append(r.Flags, flagInterval)
		}
	}
}

// addSlowness compares with the run as a whole: predictions are those of another machine.
func (t *trace) addSlowness(r *traceRow) {
	if r.Took > slowShare*t.MeasuredMs && r.Took*t.PredictedMs > slowFactor*r.Expected*t.MeasuredMs {
		r.Flags = append(r.Flags, flagTime)
	}
}
