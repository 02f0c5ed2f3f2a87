package onnx

import (
	"hecc/ir/tensor"
)

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
	return nil, c.at("probabilities of %d classes are found by iteration", classes).
		Cure("train with SVC(probability=False) and read the label, or use LogisticRegression or CalibratedClassifierCV(LinearSVC())")
}

// decisions has a number for each pair of classes. The coefficients of a support vector stand in a
// row for each of the other classes.
func (c *call) decisions(classes int) (*value, error) {
	counts := c.ints("vectors_per_class")
	if len(counts) != classes || classes < 2 {
		return nil, c.at("has %d entries in vectors_per_class for %d classes", len(counts), classes).
			Cure("a linear machine without support vectors is written as LinearClassifier: use LinearSVC")
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
	if err := c.spend(len(rho)*int(vectors), 1); err != nil {
		return nil, err
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
		return nil, c.at("post_transform %s is not supported", transform).Cure("NONE and LOGISTIC are; probabilities of a machine come from SVC(probability=True)")
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
		return nil, c.at("post_transform %s is not supported", t).Cure("only NONE is for more than two classes")
	}
	pairs := classes * (classes - 1) / 2
	if err := c.spend(2*classes*pairs, 1); err != nil {
		return nil, err
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
