package train

import (
	"math"
	"slices"

	"hecc/ir/tensor"
	"hecc/passes/internal/sampled"
)

// The parameters that distillation trains, and the optimiser Adam (Kingma and Ba, 2015).

const (
	learningRate = 1e-2 // at its highest, relative to a parameter's root mean square, for one function
	beta1, beta2 = 0.9, 0.999
)

// param is an array of numbers that is trained, with the running moments of its gradient.
type param struct {
	x            []float64
	frozen       []bool // elements that are not trained, or nil
	mean, square []float64
	rate         float64
}

func newParam(x []float64, frozen []bool) *param {
	rms := math.Sqrt(sampled.SumSquares(x) / float64(max(len(x), 1)))
	return &param{x, frozen, make([]float64, len(x)), make([]float64, len(x)), learningRate * rms}
}

// trainedAffine copies an operation and lists its arrays: the entries of each map, and one bias.
func trainedAffine(op tensor.Affine) (tensor.Affine, []*param) {
	maps := slices.Clone(op.Maps)
	var params []*param
	for k, m := range maps {
		own := *m
		own.Val, own.Bias = slices.Clone(m.Val), slices.Clone(m.Bias)
		maps[k] = &own
		params = append(params, newParam(own.Val, nil))
	}
	return tensor.Affine{Shape: op.Shape, Maps: maps}, append(params, newParam(maps[0].Bias, nil))
}

// trainedPoly copies polynomials and lists their coefficients in one array. Constant polynomials are frozen.
func trainedPoly(op tensor.Poly) (tensor.Poly, []*param) {
	terms := op.Degree() + 1
	flat := slices.Concat(op.Coeffs...)
	frozen := make([]bool, len(flat))
	coeffs := make([][]float64, len(op.Coeffs))
	for i := range coeffs {
		coeffs[i] = flat[i*terms : (i+1)*terms : (i+1)*terms]
		constant := !slices.ContainsFunc(coeffs[i][1:], func(c float64) bool { return c != 0 })
		for k := range terms {
			frozen[i*terms+k] = constant
		}
	}
	op.Coeffs = coeffs
	return op, []*param{newParam(flat, frozen)}
}

// adamStep is the update of the given number along the gradient g; decay scales the learning rate.
func (p *param) adamStep(g []float64, step int, decay float64) {
	c1, c2 := 1-math.Pow(beta1, float64(step+1)), 1-math.Pow(beta2, float64(step+1))
	for i, v := range g {
		if p.frozen != nil && p.frozen[i] {
			continue
		}
		p.mean[i] = beta1*p.mean[i] + (1-beta1)*v
		p.square[i] = beta2*p.square[i] + (1-beta2)*v*v
		if p.square[i] > 0 {
			p.x[i] -= decay * p.rate * (p.mean[i] / c1) / math.Sqrt(p.square[i]/c2)
		}
	}
}
