package onnx

import (
	"strings"

	"hecc/ir/tensor"
)

var classifierAttrs = attrKinds{"classlabels_ints": kindInts, "classlabels_strings": kindStrings, "coefficients": kindFloats,
	"intercepts": kindFloats, "multi_class": kindInt, "post_transform": kindString}

// lowerLinearClassifier gives the label; the scores of the classes are its second result. A single row of
// coefficients is for two classes: the second if its score s is positive. The standard does not define the
// scores then; those of onnxruntime are -s and s, which LOGISTIC turns into probabilities, and 1-s and s with
// any other transformation.
func lowerLinearClassifier(c *call) (*value, error) {
	labels, err := c.classLabels()
	if err != nil {
		return nil, err
	}
	classes := len(labels.Ints) + len(labels.Strings)
	coefficients, intercepts := c.floats("coefficients"), c.floats("intercepts")
	transform := c.text("post_transform", "NONE")
	oneRow := classes == 2 && (len(intercepts) == 1 || len(intercepts) == 0 && len(coefficients) == c.features())
	if oneRow {
		coefficients, intercepts = bothSigns(coefficients), bothSigns(intercepts)
	}
	scores, err := c.rows(coefficients, intercepts, classes)
	if err != nil {
		return nil, err
	}
	label, err := c.argMaxLabel(scores, labels)
	if err != nil {
		return nil, err
	}
	if oneRow && transform != "LOGISTIC" {
		scores, err = c.emit(tensor.Add{}, scores, scores.sameType([]int{2}, []float64{1, 0}))
	} else {
		scores, err = c.transformed(scores, transform)
	}
	c.more = []*value{scores}
	return label, err
}

// argMaxLabel is the label of the class with the largest score.
func (c *call) argMaxLabel(scores *value, labels tensor.Label) (*value, error) {
	best, err := c.emit(tensor.ArgMax{Axis: len(scores.shape()) - 1}, scores)
	if err != nil {
		return nil, err
	}
	label, err := c.emit(labels, best)
	if err != nil {
		return nil, err
	}
	label.elem = int64Type
	if labels.Strings != nil {
		label.elem = stringType
	}
	return label, nil
}

func bothSigns(list []float64) []float64 {
	var out []float64
	for _, x := range list {
		out = append(out, -x)
	}
	return append(out, list...)
}

// classLabels reads the table of classes, of which there are integers or strings.
func (c *call) classLabels() (tensor.Label, error) {
	var l tensor.Label
	for _, n := range c.ints("classlabels_ints") {
		l.Ints = append(l.Ints, int(n))
	}
	var err error
	if l.Strings, err = c.strings("classlabels_strings"); err != nil {
		return l, err
	}
	if (len(l.Ints) == 0) == (len(l.Strings) == 0) {
		return l, c.errorf("needs class labels, of integers or of strings")
	}
	return l, nil
}

func (c *call) text(name, otherwise string) string {
	if a, ok := c.attr(name); ok {
		return string(a.GetS())
	}
	return otherwise
}

// features is the size of the last axis of the first operand.
func (c *call) features() int {
	if s := c.in[0].shape(); len(s) > 0 {
		return s[len(s)-1]
	}
	return 1
}

// rows multiplies a row of numbers for each sample by so many rows of coefficients and adds the intercepts.
func (c *call) rows(coefficients, intercepts []float64, count int) (*value, error) {
	x := c.in[0]
	if x.constant() || x.rank() != 2 || !x.batched && x.shape()[0] != 1 {
		return nil, c.at("is supported only for one row of numbers for each sample").
			Cure("give it samples of shape [N, features], as scikit-learn does")
	}
	n := c.features()
	if len(coefficients) != n*count || len(intercepts) != 0 && len(intercepts) != count {
		return nil, c.errorf("%d coefficients and %d intercepts for %d features and %d results", len(coefficients), len(intercepts), n, count)
	}
	return c.affine(x, coefficients, intercepts, count)
}

// affine multiplies the last axis by so many rows of coefficients and adds the intercepts, if there are any.
func (c *call) affine(x *value, coefficients, intercepts []float64, count int) (*value, error) {
	for _, list := range [][]float64{coefficients, intercepts} {
		if err := checkFinite(list); err != nil {
			return nil, c.errorf("%v", err)
		}
	}
	matrix := x.sameType([]int{count, len(coefficients) / count}, coefficients)
	turned, err := c.emit(tensor.Transpose{Perm: []int{1, 0}}, matrix)
	if err != nil {
		return nil, err
	}
	y, err := c.emit(tensor.MatMul{}, x, turned)
	if err != nil {
		return nil, err
	}
	if len(intercepts) > 0 {
		if y, err = c.emit(tensor.Add{}, y, x.sameType([]int{count}, intercepts)); err != nil {
			return nil, err
		}
	}
	y.elem = float32Type // whatever the operand's is
	return y, nil
}

// transformed applies what turns scores into probabilities.
func (c *call) transformed(scores *value, transform string) (*value, error) {
	switch transform {
	case "NONE":
		return scores, nil
	case "LOGISTIC":
		return c.emit(tensor.Func{Fn: "sigmoid"}, scores)
	case "SOFTMAX":
		return c.emit(tensor.Softmax{Axis: len(scores.shape()) - 1}, scores)
	}
	return nil, c.at("post_transform %s is not supported", transform).
		Cure("NONE, LOGISTIC and SOFTMAX are: fit LogisticRegression, or read the scores and transform them after decryption")
}

func lowerLinearRegressor(c *call) (*value, error) {
	if t := c.text("post_transform", "NONE"); t != "NONE" {
		return nil, c.at("post_transform %s is not supported", t).Cure("use NONE, and transform the result after decryption")
	}
	targets := c.int("targets", 1)
	if targets < 1 || targets > maxComputed {
		return nil, c.errorf("has %d targets", targets)
	}
	return c.rows(c.floats("coefficients"), c.floats("intercepts"), int(targets))
}

// lowerNormalizer divides each row by its norm. Softmax's already add up to 1.
func lowerNormalizer(c *call) (*value, error) {
	v := c.in[0]
	op := tensor.Normalize{Norm: strings.ToLower(c.text("norm", "MAX")), Axis: len(v.shape()) - 1}
	if v.constant() || v.rank() != 2 || !v.batched && v.shape()[0] != 1 {
		return nil, c.errorf("is supported only for one row of numbers for each sample")
	}
	if soft, ok := v.node.Op.(tensor.Softmax); ok && soft.Axis == op.Axis && op.Norm == "l1" {
		return v, nil
	}
	out, err := c.emit(op, v)
	if err == nil {
		out.elem = float32Type
	}
	return out, err
}

// lowerBinarizer is 1 above a threshold, else 0.
func lowerBinarizer(c *call) (*value, error) {
	threshold, err := c.finiteFloat("threshold", 0)
	if err != nil {
		return nil, err
	}
	v, err := c.asFloat32(c.in[0])
	if err != nil {
		return nil, err
	}
	return c.emit(tensor.Compare{Fn: "less"}, v.sameType(nil, []float64{threshold}), v)
}
