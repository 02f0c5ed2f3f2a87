package train

import (
	"math"
	"slices"

	"hecc/ir/tensor"
	"hecc/passes/internal/sampled"
	"hecc/passes/windows"
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
	group        []int  // of each element: those of one group change alike; nil: each for itself
	mean, square []float64
	rate         float64
}

func newParam(x []float64, frozen []bool, group []int) *param {
	rms, n := math.Sqrt(sampled.SumSquares(x)/float64(max(len(x), 1))), len(x)
	if len(group) > 0 {
		n = slices.Max(group) + 1
	}
	return &param{x, frozen, group, make([]float64, n), make([]float64, n), learningRate * rms}
}

// trainedAffine copies an operation and lists its arrays: the entries of each map, and one bias. Tie may be nil.
func trainedAffine(op tensor.Affine, tie *windows.Tie) (tensor.Affine, []*param) {
	maps := slices.Clone(op.Maps)
	var params []*param
	for k, m := range maps {
		own := *m
		own.Val, own.Bias = slices.Clone(m.Val), slices.Clone(m.Bias)
		maps[k] = &own
		params = append(params, newParam(own.Val, nil, entryGroups(m, tie, k)))
	}
	return tensor.Affine{Shape: op.Shape, Maps: maps}, append(params, newParam(maps[0].Bias, nil, classesOf(tie)))
}

// entryGroups groups the entries of map k by their weights.
func entryGroups(m *tensor.Map, tie *windows.Tie, k int) []int {
	if tie == nil {
		return nil
	}
	group, number := make([]int, len(m.Val)), map[[2]int]int{}
	for i, class := range tie.Class {
		for l := m.RowPtr[i]; l < m.RowPtr[i+1]; l++ {
			key := [2]int{class, int(tie.Weight[k][l])}
			g, ok := number[key]
			if !ok {
				g = len(number)
				number[key] = g
			}
			group[l] = g
		}
	}
	return group
}

func classesOf(tie *windows.Tie) []int {
	if tie == nil {
		return nil
	}
	return tie.Class
}

// trainedPoly copies polynomials and lists their coefficients in one array. Constant polynomials are frozen. Class, which
// may be nil, is the channel of each element: those of one stay alike.
func trainedPoly(op tensor.Poly, class []int) (tensor.Poly, []*param) {
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
	var group []int
	if len(class) == len(coeffs) {
		for _, c := range class {
			for k := range terms {
				group = append(group, c*terms+k)
			}
		}
	}
	return op, []*param{newParam(flat, frozen, group)}
}

// adamStep is the update of the given number along the gradient g; decay scales the learning rate.
func (p *param) adamStep(g []float64, step int, decay float64) {
	g = p.byGroup(g)
	c1, c2 := 1-math.Pow(beta1, float64(step+1)), 1-math.Pow(beta2, float64(step+1))
	change := make([]float64, len(g))
	for i, v := range g {
		p.mean[i] = beta1*p.mean[i] + (1-beta1)*v
		p.square[i] = beta2*p.square[i] + (1-beta2)*v*v
		if p.square[i] > 0 {
			change[i] = decay * p.rate * (p.mean[i] / c1) / math.Sqrt(p.square[i]/c2)
		}
	}
	for i := range p.x {
		if p.frozen == nil || !p.frozen[i] {
			p.x[i] -= change[p.groupOf(i)]
		}
	}
}

func (p *param) groupOf(i int) int {
	if p.group == nil {
		return i
	}
	return p.group[i]
}

// byGroup adds up the derivatives of each group.
func (p *param) byGroup(g []float64) []float64 {
	if p.group == nil {
		return g
	}
	sum := make([]float64, len(p.mean))
	for i, v := range g {
		sum[p.group[i]] += v
	}
	return sum
}
