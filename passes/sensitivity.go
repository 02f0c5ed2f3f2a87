package passes

import (
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"

	"hecc/ir/tensor"
)

// What the outputs feel of an error in a function's value differs from sample to sample: where
// the functions behind it are flat, nothing. Least squares weigh samples by that.

const (
	probes    = 4    // random sums of outputs, for the mean square of their derivatives
	leastFelt = 0.1  // weight that no sample falls below, relative to the mean
	slopeStep = 1e-4 // of the difference that stands for a function's derivative
)

// sensitivities is, for each function and each sample that is fitted on, the mean square of the
// derivatives of the outputs by the function's values in the exact network.
func (f *fitter) sensitivities() batch {
	felt := batch{}
	rng := rand.New(rand.NewPCG(5, 6))
	last := f.graph.Outputs[0].Node
	for range probes {
		by := batch{last: newValues(f.train, last.Size())}
		for i := range by[last].data {
			by[last].data[i] = float64(1 - 2*rng.IntN(2))
		}
		f.backpropagate(by, felt)
	}
	return felt
}

// backpropagate goes from the derivatives by the output to those by all values behind the first
// functions, and adds the squares of those by functions to felt.
func (f *fitter) backpropagate(by, felt batch) {
	for _, n := range slices.Backward(f.graph.Nodes) {
		if by[n].data == nil || f.fixed[n] {
			continue
		}
		for _, a := range n.In {
			if by[a].data == nil {
				by[a] = newValues(f.train, a.Size())
			}
		}
		switch op := n.Op.(type) {
		case tensor.Affine:
			for k, m := range op.Maps {
				backMap(m, by[n], by[n.In[k]])
			}
		case tensor.Mul:
			mulGradient(f.training(f.exact.of(n.In)), by[n], by.of(n.In))
		case tensor.Func:
			if felt[n].data == nil {
				felt[n] = newValues(f.train, n.Size())
			}
			for i, g := range by[n].data {
				felt[n].data[i] += g * g / probes
			}
			backFunc(op, f.exact[n.In[0]], by[n], by[n.In[0]])
		}
	}
}

// backFunc adds the derivatives by a function's arguments x.
func backFunc(op tensor.Func, x, by, byIn values) {
	for i := range by.cols {
		f := op.Scalar(i).Eval
		for s := range by.rows() {
			if g := by.row(s)[i]; g != 0 {
				at := x.row(s)[i]
				byIn.row(s)[i] += g * (f(at+slopeStep) - f(at-slopeStep)) / (2 * slopeStep)
			}
		}
	}
}

// backMap adds the derivatives by a map's operand.
func backMap(m *tensor.Map, by, byIn values) {
	if isDenseMap(m) {
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

// sampleWeights are those of element i in a fit, of so many samples, with mean 1.
func sampleWeights(felt values, i, samples int) []float64 {
	w := slices.Repeat([]float64{1}, samples)
	if felt.data == nil {
		return w
	}
	own, mean := felt.column(i), 0.0
	for _, x := range own {
		mean += x / float64(samples)
	}
	if mean == 0 {
		return w
	}
	for s, x := range own {
		w[s] = (x/mean + leastFelt) / (1 + leastFelt)
	}
	return w
}
