package onnx

import (
	"math"

	"hecc/ir/tensor"
)

// Support vector machines: weighted sums of a kernel k(x, v) of the sample and each support vector v. The
// standard does not define scores and votes; they are those of onnxruntime.

var (
	svmAttrs = attrKinds{"coefficients": kindFloats, "kernel_params": kindFloats, "kernel_type": kindString,
		"post_transform": kindString, "rho": kindFloats, "support_vectors": kindFloats}
	svmRegressorAttrs  = svmAttrs.and(attrKinds{"n_supports": kindInt, "one_class": kindInt})
	svmClassifierAttrs = svmAttrs.and(attrKinds{"classlabels_ints": kindInts, "classlabels_strings": kindStrings,
		"vectors_per_class": kindInts, "prob_a": kindFloats, "prob_b": kindFloats})
)

func lowerSVMRegressor(c *call) (*value, error) {
	if t := c.text("post_transform", "NONE"); t != "NONE" {
		return nil, c.errorf("post_transform %s is not supported", t)
	}
	rho := c.floats("rho")
	if len(rho) != 1 {
		return nil, c.errorf("rho has %d numbers, must have 1", len(rho))
	}
	var y *value
	var err error
	if vectors := c.int("n_supports", 0); vectors == 0 { // the coefficients are those of the features
		y, err = c.rows(c.floats("coefficients"), rho, 1)
	} else {
		y, err = c.kernelSums(vectors, [][]float64{c.floats("coefficients")}, rho)
	}
	if err != nil || c.int("one_class", 0) == 0 {
		return y, err
	}
	return c.inside(y)
}

// inside is 1 where a score is positive, else -1.
func (c *call) inside(score *value) (*value, error) {
	positive, err := c.emit(tensor.Compare{Fn: "less"}, score.sameType(nil, []float64{0}), score)
	if err != nil {
		return nil, err
	}
	twice, err := c.emit(tensor.Mul{}, positive, score.sameType(nil, []float64{2}))
	if err != nil {
		return nil, err
	}
	return c.emit(tensor.Sub{}, twice, score.sameType(nil, []float64{1}))
}

// kernelSums are weighted sums of the kernel of x and each support vector, and constants.
func (c *call) kernelSums(vectors int64, weights [][]float64, constants []float64) (*value, error) {
	n, support := c.features(), c.floats("support_vectors")
	if vectors < 1 || vectors > maxComputed || int(vectors)*n != len(support) {
		return nil, c.errorf("%d numbers for %d support vectors of %d features", len(support), vectors, n)
	}
	for _, w := range weights {
		if len(w) != int(vectors) {
			return nil, c.errorf("%d coefficients for %d support vectors", len(w), vectors)
		}
	}
	if err := c.m.used.spend(len(weights)*int(vectors), n); err != nil {
		return nil, c.errorf("%v", err)
	}
	if c.text("kernel_type", "LINEAR") == "LINEAR" { // the sums of support vectors are rows of coefficients
		return c.rows(combine(weights, support, n), constants, len(weights))
	}
	k, err := c.kernel(support, int(vectors))
	if err != nil {
		return nil, err
	}
	var matrix []float64
	for _, w := range weights {
		matrix = append(matrix, w...)
	}
	return c.affine(k, matrix, constants, len(weights))
}

func combine(weights [][]float64, support []float64, n int) []float64 {
	out := make([]float64, len(weights)*n)
	for i, w := range weights {
		for j, x := range w {
			for k := range n {
				out[i*n+k] += x * support[j*n+k]
			}
		}
	}
	return out
}

// kernel is k(x, v) for each support vector.
func (c *call) kernel(support []float64, vectors int) (*value, error) {
	params := c.floats("kernel_params")
	if len(params) != 3 {
		return nil, c.errorf("kernel_params has %d numbers, must have gamma, coef0 and degree", len(params))
	}
	if err := checkFinite(params); err != nil {
		return nil, c.errorf("kernel_params: %v", err)
	}
	gamma, coef0, degree := params[0], params[1], params[2]
	dot, err := c.rows(support, nil, vectors)
	if err != nil {
		return nil, err
	}
	kind := c.text("kernel_type", "LINEAR")
	if kind == "RBF" {
		return c.gaussian(dot, support, vectors, gamma)
	}
	arg, err := c.scaled(dot, gamma)
	if err != nil {
		return nil, err
	}
	if arg, err = c.emit(tensor.Add{}, arg, arg.sameType(nil, []float64{coef0})); err != nil {
		return nil, err
	}
	switch kind {
	case "SIGMOID":
		return c.emit(tensor.Func{Fn: "tanh"}, arg)
	case "POLY":
		if degree != math.Trunc(degree) || degree < 1 || degree > maxPower {
			return nil, c.errorf("the kernel's degree is %v, must be a whole number up to %d", degree, maxPower)
		}
		return c.wholePower(arg, int(degree))
	}
	return nil, c.errorf("kernel %s is not supported", kind)
}

// gaussian is exp(-gamma·|x-v|²), where |x-v|² = x·x - 2·x·v + v·v.
func (c *call) gaussian(dot *value, support []float64, vectors int, gamma float64) (*value, error) {
	x, n := c.in[0], c.features()
	square, err := c.part("x²").emit(tensor.Mul{}, x, x)
	if err != nil {
		return nil, err
	}
	ones := make([]float64, n*vectors)
	for i := range ones {
		ones[i] = -gamma
	}
	squares := make([]float64, vectors) // -gamma·v·v
	for i := range squares {
		for _, v := range support[i*n : (i+1)*n] {
			squares[i] -= gamma * v * v
		}
	}
	arg, err := c.affine(square, ones, squares, vectors)
	if err != nil {
		return nil, err
	}
	if dot, err = c.scaled(dot, 2*gamma); err != nil {
		return nil, err
	}
	if arg, err = c.emit(tensor.Add{}, arg, dot); err != nil {
		return nil, err
	}
	return c.emit(tensor.Func{Fn: "exp"}, arg)
}

// lowerSVMClassifier: each pair of classes has a decision. It is a vote for the first if it is positive, else
// for the second.
func lowerSVMClassifier(c *call) (*value, error) {
	labels, err := c.classLabels()
	if err != nil {
		return nil, err
	}
	classes := len(labels.Ints) + len(labels.Strings)
	decisions, err := c.decisions(classes)
	if err != nil {
		return nil, err
	}
	switch a, b := c.floats("prob_a"), c.floats("prob_b"); {
	case len(a) == 0 && classes == 2:
		return c.twoSided(decisions, labels, c.text("post_transform", "NONE"))
	case len(a) == 0:
		return c.voted(decisions, labels, classes)
	case classes == 2 && len(a) == 1 && len(b) == 1:
		return c.calibrated(decisions, labels, a[0], b[0])
	}
	return nil, c.errorf("probabilities of %d classes are found by iteration", classes).
		Note("train with SVC(probability=False) and read the label, or use LogisticRegression or CalibratedClassifierCV(LinearSVC())")
}

// decisions has a number for each pair of classes. The coefficients of a support vector stand in a
// row for each of the other classes.
func (c *call) decisions(classes int) (*value, error) {
	counts := c.ints("vectors_per_class")
	if len(counts) != classes || classes < 2 {
		return nil, c.errorf("has %d entries in vectors_per_class for %d classes", len(counts), classes).
			Note("a linear machine without support vectors is written as LinearClassifier: use LinearSVC")
	}
	start := make([]int64, classes+1)
	for i, n := range counts {
		if n < 0 || n > maxComputed {
			return nil, c.errorf("a class has %d support vectors", n)
		}
		start[i+1] = start[i] + n
	}
	vectors, coefficients := start[classes], c.floats("coefficients")
	rho := c.floats("rho")
	if len(rho) != classes*(classes-1)/2 || int64(len(coefficients)) != vectors*int64(classes-1) {
		return nil, c.errorf("%d coefficients and %d constants for %d support vectors and %d classes", len(coefficients), len(rho), vectors, classes)
	}
	if err := c.m.used.spend(len(rho)*int(vectors), 1); err != nil {
		return nil, c.errorf("%v", err)
	}
	var weights [][]float64
	for i := range classes {
		for j := i + 1; j < classes; j++ {
			w := make([]float64, vectors)
			copy(w[start[i]:start[i+1]], coefficients[int64(j-1)*vectors+start[i]:])
			copy(w[start[j]:start[j+1]], coefficients[int64(i)*vectors+start[j]:])
			weights = append(weights, w)
		}
	}
	return c.kernelSums(vectors, weights, rho)
}

// twoSided has the label by the sign of one decision s, and scores -s and s.
func (c *call) twoSided(s *value, labels tensor.Label, transform string) (*value, error) {
	both, err := c.affine(s, []float64{-1, 1}, nil, 2)
	if err != nil {
		return nil, err
	}
	label, err := c.argMaxLabel(both, swappedClasses(labels))
	if err != nil {
		return nil, err
	}
	scores := both
	switch transform {
	case "NONE":
	case "LOGISTIC":
		scores, err = c.emit(tensor.Func{Fn: "sigmoid"}, both)
	default:
		return nil, c.errorf("post_transform %s is not supported", transform).Note("NONE and LOGISTIC are; probabilities of a machine come from SVC(probability=True)")
	}
	c.more = []*value{scores}
	return label, err
}

// swappedClasses exchanges the labels of two classes.
func swappedClasses(l tensor.Label) tensor.Label {
	if l.Strings != nil {
		return tensor.Label{Strings: []string{l.Strings[1], l.Strings[0]}}
	}
	return tensor.Label{Ints: []int{l.Ints[1], l.Ints[0]}}
}

// voted has the label by votes, the first of those that have most, and the decisions as scores.
func (c *call) voted(s *value, labels tensor.Label, classes int) (*value, error) {
	if t := c.text("post_transform", "NONE"); t != "NONE" {
		return nil, c.errorf("post_transform %s is not supported", t).Note("only NONE is for more than two classes")
	}
	pairs := classes * (classes - 1) / 2
	if err := c.m.used.spend(2*classes*pairs, 1); err != nil {
		return nil, c.errorf("%v", err)
	}
	first, second := make([]float64, classes*pairs), make([]float64, classes*pairs)
	p := 0
	for i := range classes {
		for j := i + 1; j < classes; j++ {
			first[i*pairs+p], second[j*pairs+p] = 1, 1
			p++
		}
	}
	zero := s.sameType(nil, []float64{0})
	positive, err := c.emit(tensor.Compare{Fn: "less"}, zero, s)
	if err != nil {
		return nil, err
	}
	not, err := c.emit(tensor.Compare{Fn: "lessequal"}, s, zero)
	if err != nil {
		return nil, err
	}
	votes, err := c.affine(positive, first, nil, classes)
	if err != nil {
		return nil, err
	}
	others, err := c.affine(not, second, nil, classes)
	if err != nil {
		return nil, err
	}
	if votes, err = c.emit(tensor.Add{}, votes, others); err != nil {
		return nil, err
	}
	c.more = []*value{s}
	return c.argMaxLabel(votes, labels)
}

// calibrated has probabilities made of 1/(1 + exp(a·s + b)), that of the first class against the second.
func (c *call) calibrated(s *value, labels tensor.Label, a, b float64) (*value, error) {
	arg, err := c.affine(s, []float64{-a}, []float64{-b}, 1)
	if err != nil {
		return nil, err
	}
	q, err := c.emit(tensor.Func{Fn: "sigmoid"}, arg)
	if err != nil {
		return nil, err
	}
	first, err := c.emit(tensor.ClientFunc{Fn: "coupled"}, q)
	if err != nil {
		return nil, err
	}
	second, err := c.emit(tensor.Sub{}, s.sameType(nil, []float64{1}), first)
	if err != nil {
		return nil, err
	}
	both, err := c.emit(tensor.Concat{Axis: len(s.shape()) - 1}, first, second)
	if err != nil {
		return nil, err
	}
	c.more = []*value{both}
	return c.argMaxLabel(both, labels)
}
