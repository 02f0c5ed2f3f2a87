package sampled

import (
	"math"
	"slices"

	"hecc/ir/tensor"
	"hecc/passes/internal/dense"
)

// Gradients are the derivatives of a function of the outputs with respect to all values, by back-propagation;
// nodes to skip get none. byOutput has the derivatives with respect to the outputs, and slopes the local
// derivatives.
func Gradients(g *tensor.Graph, got, slopes Values, byOutput Matrix, skip func(n *tensor.Node) bool) Values {
	by := Values{g.Outputs[0].Node: byOutput}
	for _, n := range slices.Backward(g.Nodes) {
		if by[n].Data == nil {
			continue
		}
		for _, a := range n.In {
			if by[a].Data == nil && !skip(a) {
				by[a] = NewMatrix(byOutput.Rows(), a.Size())
			}
		}
		switch op := n.Op.(type) {
		case tensor.Affine:
			for k, m := range op.Maps {
				if a := n.In[k]; by[a].Data != nil {
					BackwardMap(m, by[n], by[a])
				}
			}
		case tensor.Mul:
			BackwardMul(got.Of(n.In), by[n], by.Of(n.In))
		case tensor.Func, tensor.Poly:
			backwardElementwise(slopes[n], by[n], by[n.In[0]])
		}
	}
	return by
}

// BackwardMap adds the derivatives with respect to a map's operand.
func BackwardMap(m *tensor.Map, by, byIn Matrix) {
	if m.IsDense() {
		dense.AddProduct(byIn.Dense(), by.Dense(), dense.RowMajor(m.Rows, m.Cols, m.Val))
		return
	}
	backwardSparse(m, by, byIn)
}

// backwardElementwise adds the derivatives with respect to the operand of an elementwise function. Where the
// derivative with respect to the value is 0, the slope is not read: it may be NaN.
func backwardElementwise(slopes, by, byIn Matrix) {
	for i := range byIn.Data {
		if g := by.Data[i]; g != 0 {
			byIn.Data[i] += g * slopes.Data[i]
		}
	}
}

// LocalDerivatives are the derivatives of all functions and polynomials of a graph at their arguments.
func LocalDerivatives(g *tensor.Graph, got Values) Values {
	slopes := Values{}
	for _, n := range g.Nodes {
		switch op := n.Op.(type) {
		case tensor.Func:
			slopes[n] = funcDerivatives(op, got[n.In[0]])
		case tensor.Poly:
			slopes[n] = polyDerivatives(op, got[n.In[0]])
		}
	}
	return slopes
}

// polyDerivatives are a polynomial's derivatives at x.
func polyDerivatives(op tensor.Poly, x Matrix) Matrix {
	out, cheb := NewMatrix(x.Rows(), x.Cols), make([]float64, op.Degree()+1)
	for s := range x.Rows() {
		for i, v := range x.Row(s) {
			p := op.At(i)
			out.Row(s)[i] = ChebyshevBasis(op.Unit(p, v), op.Coeffs[p], cheb) * 2 / (op.Hi[p] - op.Lo[p])
		}
	}
	return out
}

// funcDerivatives are a function's derivatives at x. Where one does not exist, as at the end of a root's
// domain, the steepest of the other samples replaces it.
func funcDerivatives(op tensor.Func, x Matrix) Matrix {
	out := NewMatrix(x.Rows(), x.Cols)
	for i := range x.Cols {
		f := op.Scalar(i)
		steepest := 0.0
		for s := range x.Rows() {
			d := f.Derivative(x.Row(s)[i])
			out.Row(s)[i] = d
			if math.Abs(d) > math.Abs(steepest) && !math.IsInf(d, 0) {
				steepest = d
			}
		}
		for s := range x.Rows() {
			if d := &out.Row(s)[i]; math.IsNaN(*d) || math.IsInf(*d, 0) {
				*d = steepest
			}
		}
	}
	return out
}

// ChebyshevBasis fills cheb with T_k(t) and returns the derivative Σ c_k k U_{k-1}(t).
func ChebyshevBasis(t float64, c, cheb []float64) float64 {
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

// BackwardMul adds the derivatives with respect to the factors of an elementwise product.
func BackwardMul(in []Matrix, by Matrix, byIn []Matrix) {
	for k := range in {
		if byIn[k].Data == nil {
			continue
		}
		for i, v := range by.Data {
			byIn[k].Data[i] += v * in[1-k].Data[i]
		}
	}
}
