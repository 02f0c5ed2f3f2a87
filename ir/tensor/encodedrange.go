package tensor

import "hecc/ir/span"

// Range encloses each encrypted element for samples between lo and hi, element by element. Strings may be any
// that the model knows. Ends are infinite where there is no bound.
func (e *Encoder) Range(lo, hi []float64) (encodedLo, encodedHi []float64) {
	values := make([][]span.Span, len(e.g.Nodes))
	for _, n := range e.g.Nodes {
		in := make([][]span.Span, len(n.In))
		for k, a := range n.In {
			in[k] = values[a.ID]
		}
		values[n.ID] = e.spans(n, in, lo, hi)
	}
	for _, s := range values[e.out.ID] {
		encodedLo, encodedHi = append(encodedLo, s.Lo), append(encodedHi, s.Hi)
	}
	return encodedLo, encodedHi
}

func (e *Encoder) spans(n *Node, in [][]span.Span, lo, hi []float64) []span.Span {
	out := make([]span.Span, n.Size())
	switch op := n.Op.(type) {
	case Input:
		for i := range out {
			out[i] = e.declared(i, lo[i], hi[i])
		}
		return out
	case Const:
		for i, x := range op.Data {
			out[i] = span.Point(x)
		}
		return out
	case Reshape, Transpose, Concat, Pick:
		return moved(n, in)
	case Normalize, Reduce, Softmax, LogSoftmax, Hardmax:
		for i := range out {
			out[i] = alongSpan(op, in[0])
		}
		return out
	case MatMul:
		sum := bounds(n, []span.Span{hullOf(in[0]), hullOf(in[1])})
		for i := range out {
			out[i] = sum
		}
		return out
	}
	index := make([][]int, len(in))
	for k, a := range n.In {
		index[k] = BroadcastIndex(a.Shape, n.Shape)
	}
	args := make([]span.Span, len(in))
	for i := range out {
		for k := range in {
			args[k] = in[k][index[k][i]]
		}
		out[i] = elementSpan(n, i, args)
	}
	return out
}

// declared is the range of an element of the sample.
func (e *Encoder) declared(i int, lo, hi float64) span.Span {
	switch c, _ := e.in.ColumnOf(i); c.Kind {
	case StringCells:
		return span.Span{Lo: 0, Hi: float64(len(e.in.Words))}
	case BoolCells:
		return span.Span{Lo: 0, Hi: 1}
	}
	return span.Span{Lo: lo, Hi: hi}
}

// moved applies an operation that moves elements to both ends.
func moved(n *Node, in [][]span.Span) []span.Span {
	lo, hi := make([][]float64, len(in)), make([][]float64, len(in))
	for k, list := range in {
		for _, s := range list {
			lo[k], hi[k] = append(lo[k], s.Lo), append(hi[k], s.Hi)
		}
	}
	least, most := make([]float64, n.Size()), make([]float64, n.Size())
	n.Eval(lo, least)
	n.Eval(hi, most)
	out := make([]span.Span, n.Size())
	for i := range out {
		out[i] = span.Span{Lo: least[i], Hi: most[i]}
	}
	return out
}

// alongSpan encloses the results of an operation along an axis.
func alongSpan(op Op, in []span.Span) span.Span {
	all := in[0]
	for _, s := range in[1:] {
		all = all.Join(s)
	}
	switch op := op.(type) {
	case Softmax, Hardmax:
		return span.Span{Lo: 0, Hi: 1}
	case Normalize:
		if op.Norm != "max" {
			return span.Span{Lo: -1, Hi: 1}
		}
	case Reduce:
		if op.Fn == "max" || op.Fn == "min" {
			return all
		}
	}
	return span.Whole()
}

// elementSpan encloses one element of an operation that works on elements one by one.
func elementSpan(n *Node, i int, in []span.Span) span.Span {
	switch op := n.Op.(type) {
	case Func:
		if !in[0].Finite() {
			return span.Whole()
		}
		least, most := op.Scalar(i).Range(in[0].Lo, in[0].Hi)
		return span.Hull(least, most)
	case Lookup:
		s := span.Hull(op.Values...)
		if !op.Strict {
			s = s.Join(span.Point(op.Default))
		}
		return s
	case ClientFunc:
		return op.span(in[0])
	}
	return bounds(n, in)
}

// span encloses the function; those that round are monotone.
func (op ClientFunc) span(in span.Span) span.Span {
	switch op.Fn {
	case "floor", "ceil", "round", "trunc", "float32":
		f := clientFuncs[op.Fn].eval
		return span.Span{Lo: f(in.Lo), Hi: f(in.Hi)}
	case "isnan", "coupled":
		return span.Span{Lo: 0, Hi: 1}
	}
	return span.Whole()
}
