package train

import (
	"slices"

	"hecc/ir/tensor"
	"hecc/passes/internal/dense"
	"hecc/passes/internal/sampled"
)

// gradient holds the derivatives of the loss with respect to the numbers of each parameter.
type gradient map[*param][]float64

// gradient is the part of the gradient of a batch's mean loss that comes from these samples. Values are
// computed forwards, derivatives backwards.
func (d *distiller) gradient(samples []int, batchSize int) gradient {
	values := sampled.Values{}
	for n, v := range d.given {
		values[n] = v.Pick(samples)
	}
	for _, n := range d.live {
		values[n] = evalSerial(n, values.Of(n.In))
	}
	out := gradient{}
	for _, p := range d.params {
		out[p] = make([]float64, len(p.x))
	}
	gradients := sampled.Values{} // derivatives by the nodes' values
	last := d.net.Outputs[0].Node
	gradients[last] = d.loss.gradient(values[last], d.want.Pick(samples), batchSize)
	for i := len(d.live) - 1; i >= 0; i-- {
		n := d.live[i]
		if gradients[n].Data == nil {
			continue
		}
		for _, a := range n.In {
			if _, fixed := d.given[a]; !fixed && gradients[a].Data == nil {
				gradients[a] = sampled.NewMatrix(len(samples), a.Size())
			}
		}
		switch op := n.Op.(type) {
		case tensor.Affine:
			affineGradient(op, values.Of(n.In), gradients[n], gradients.Of(n.In), out, d.of[n])
		case tensor.Poly:
			polyGradient(op, values[n.In[0]], gradients[n], gradients[n.In[0]], out[d.of[n][0]], rangePenalty/float64(batchSize))
		case tensor.Mul:
			sampled.BackwardMul(values.Of(n.In), gradients[n], gradients.Of(n.In))
		}
	}
	return out
}

// evalSerial computes n on every sample in this goroutine.
func evalSerial(n *tensor.Node, in []sampled.Matrix) sampled.Matrix {
	if op, ok := n.Op.(tensor.Affine); ok && !slices.ContainsFunc(op.Maps, func(m *tensor.Map) bool { return !m.IsDense() }) {
		return sampled.Affine(op, in)
	}
	out := sampled.NewMatrix(in[0].Rows(), n.Size())
	args := make([][]float64, len(in))
	for s := range out.Rows() {
		for k, a := range in {
			args[k] = a.Row(s)
		}
		n.Eval(args, out.Row(s))
	}
	return out
}

// affineGradient adds to the derivatives with respect to the operands, where these are trained, and, if the operation is
// itself, to the entries of the maps and to the bias.
func affineGradient(op tensor.Affine, in []sampled.Matrix, by sampled.Matrix, byIn []sampled.Matrix, g gradient, params []*param) {
	for k, m := range op.Maps {
		if byIn[k].Data != nil {
			sampled.BackwardMap(m, by, byIn[k])
		}
		if params != nil {
			mapGradient(m, in[k], by, g[params[k]])
		}
	}
	if params == nil {
		return
	}
	bias := g[params[len(params)-1]]
	for s := range by.Rows() {
		for i, v := range by.Row(s) {
			bias[i] += v
		}
	}
}

// mapGradient adds to the derivatives with respect to a map's entries.
func mapGradient(m *tensor.Map, in, by sampled.Matrix, val []float64) {
	if m.IsDense() {
		dense.AddProduct(dense.RowMajor(m.Rows, m.Cols, val), by.Dense().T(), in.Dense())
		return
	}
	for s := range by.Rows() {
		x := in.Row(s)
		for i, g := range by.Row(s) {
			cols, _ := m.Row(i)
			for l, c := range cols {
				val[m.RowPtr[i]+l] += g * x[c]
			}
		}
	}
}

// polyGradient adds to the derivatives with respect to the arguments, where these are trained, and to the
// coefficients. Arguments t outside [-1, 1] add penalty·(|t|-1)² to the loss.
func polyGradient(op tensor.Poly, x, by, byIn sampled.Matrix, coeffs []float64, penalty float64) {
	terms := op.Degree() + 1
	cheb := make([]float64, terms)
	for s := range x.Rows() {
		for i, v := range x.Row(s) {
			p := op.At(i)
			t := op.Unit(p, v)
			slope := sampled.ChebyshevBasis(t, op.Coeffs[p], cheb)
			g := by.Row(s)[i]
			for k, c := range cheb {
				coeffs[p*terms+k] += g * c
			}
			if byIn.Data != nil {
				d := g * slope
				if t > 1 {
					d += 2 * penalty * (t - 1)
				} else if t < -1 {
					d += 2 * penalty * (t + 1)
				}
				byIn.Row(s)[i] += d * 2 / (op.Hi[p] - op.Lo[p])
			}
		}
	}
}
