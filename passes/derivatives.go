package passes

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"

	"hecc/ir/tensor"
)

// derivatives are those of a sum of outputs, given its derivatives by these, by all values but of the nodes to skip. Slopes are
// those of functions and polynomials at their arguments.
func derivatives(g *tensor.Graph, got, slopes batch, byOutput values, skip func(n *tensor.Node) bool) batch {
	by := batch{g.Outputs[0].Node: byOutput}
	for _, n := range slices.Backward(g.Nodes) {
		if by[n].data == nil {
			continue
		}
		for _, a := range n.In {
			if by[a].data == nil && !skip(a) {
				by[a] = newValues(byOutput.rows(), a.Size())
			}
		}
		switch op := n.Op.(type) {
		case tensor.Affine:
			for k, m := range op.Maps {
				if a := n.In[k]; by[a].data != nil {
					backMap(m, by[n], by[a])
				}
			}
		case tensor.Mul:
			mulGradient(got.of(n.In), by[n], by.of(n.In))
		case tensor.Func, tensor.Poly:
			backSlopes(slopes[n], by[n], by[n.In[0]])
		}
	}
	return by
}

// backMap adds the derivatives by a map's operand.
func backMap(m *tensor.Map, by, byIn values) {
	if m.IsDense() {
		w := blas64.General{Rows: m.Rows, Cols: m.Cols, Stride: m.Cols, Data: m.Val}
		blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, by.matrix(), w, 1, byIn.matrix())
		return
	}
	for s := range by.rows() {
		for i, g := range by.row(s) {
			cols, val := m.Row(i)
			for l, c := range cols {
				byIn.row(s)[c] += g * val[l]
			}
		}
	}
}

// backSlopes adds the derivatives by the operand of a function of each element. What does not matter may have no slope.
func backSlopes(slopes, by, byIn values) {
	for i := range byIn.data {
		if g := by.data[i]; g != 0 {
			byIn.data[i] += g * slopes.data[i]
		}
	}
}

// slopesOf are the derivatives of all functions and polynomials of a graph, on its values.
func slopesOf(g *tensor.Graph, got batch) batch {
	slopes := batch{}
	for _, n := range g.Nodes {
		switch op := n.Op.(type) {
		case tensor.Func:
			slopes[n] = funcSlopes(op, got[n.In[0]])
		case tensor.Poly:
			slopes[n] = polySlopes(op, got[n.In[0]])
		}
	}
	return slopes
}

// polySlopes are a polynomial's derivatives at x.
func polySlopes(op tensor.Poly, x values) values {
	out, cheb := newValues(x.rows(), x.cols), make([]float64, op.Degree()+1)
	for s := range x.rows() {
		for i, v := range x.row(s) {
			p := op.At(i)
			out.row(s)[i] = chebyshevBasis(op.Unit(p, v), op.Coeffs[p], cheb) * 2 / (op.Hi[p] - op.Lo[p])
		}
	}
	return out
}

// funcSlopes are a function's derivatives at x. Where there is none, as at the end of a root's domain, the steepest of
// the others stands for it.
func funcSlopes(op tensor.Func, x values) values {
	out := newValues(x.rows(), x.cols)
	for i := range x.cols {
		f := op.Scalar(i)
		steepest := 0.0
		for s := range x.rows() {
			d := f.Derivative(x.row(s)[i])
			out.row(s)[i] = d
			if math.Abs(d) > math.Abs(steepest) && !math.IsInf(d, 0) {
				steepest = d
			}
		}
		for s := range x.rows() {
			if d := &out.row(s)[i]; math.IsNaN(*d) || math.IsInf(*d, 0) {
				*d = steepest
			}
		}
	}
	return out
}

// chebyshevBasis fills cheb with T_k(t) and returns the derivative Σ c_k k U_{k-1}(t).
func chebyshevBasis(t float64, c, cheb []float64) float64 {
	slope, u, uBefore := 0.0, 1.0, 0.0 // U_{k-1}, U_{k-2}
	cheb[0] = 1
	for k := 1; k < len(c); k++ {
		cheb[k] = t
		if k > 1 {
			cheb[k] = 2*t*cheb[k-1] - cheb[k-2]
			u, uBefore = 2*t*u-uBefore, u
		}
		slope += float64(k) * c[k] * u
	}
	return slope
}

func mulGradient(in []values, by values, byIn []values) {
	for k := range in {
		if byIn[k].data == nil {
			continue
		}
		for i, v := range by.data {
			byIn[k].data[i] += v * in[1-k].data[i]
		}
	}
}
