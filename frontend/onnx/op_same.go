package onnx

import (
	"math"
	"unicode/utf8"

	"hecc/ir/tensor"
)

func lowerIdentity(c *call) (*value, error) { return c.in[0], nil }

// lowerDropout does nothing, as inference does.
func lowerDropout(c *call) (*value, error) {
	if !isFloat(c.in[0].elem) {
		return nil, c.errorf("operand 0 has elements of type %v, must be floating-point numbers", c.in[0].elem)
	}
	if training := c.operand(2); training != nil {
		if !training.constant() || training.elem != boolType || training.size() != 1 || training.array.ints[0].n != 0 {
			return nil, c.at("is in training mode, or may be").Cure("export the model for inference: model.eval() in PyTorch")
		}
	}
	return c.in[0], nil
}

// lowerConstant reads the one attribute that holds the value.
func lowerConstant(c *call) (*value, error) {
	if len(c.node.attrs) != 1 {
		return nil, c.errorf("has %d attributes, must have one value", len(c.node.attrs))
	}
	switch a := c.node.attrs[0]; a.GetName() {
	case "value":
		return readTensor(c.node.pos, "the value", a.GetT())
	case "value_float", "value_floats":
		v := &value{elem: float32Type, array: &array{}}
		list := c.floats("value_floats")
		if a.GetName() == "value_float" {
			list = []float64{c.float("value_float", 0)}
		} else {
			v.array.shape = []int{len(list)}
		}
		v.array.floats = list
		if err := checkFinite(list); err != nil {
			return nil, c.errorf("%v", err)
		}
		return v, nil
	case "value_int":
		return &value{elem: int64Type, array: &array{ints: []integer{{n: a.GetI()}}}}, nil
	case "value_string":
		if !utf8.Valid(a.GetS()) {
			return nil, c.errorf("the value is not valid UTF-8")
		}
		return &value{elem: stringType, array: &array{strings: []string{string(a.GetS())}}}, nil
	case "value_strings":
		list, err := c.strings("value_strings")
		return &value{elem: stringType, array: &array{shape: []int{len(list)}, strings: list}}, err
	default: // value_ints: the table allows no other
		dims := make([]integer, len(a.GetInts()))
		for i, n := range a.GetInts() {
			dims[i].n = n
		}
		return shapeValue(dims), nil
	}
}

// lowerCast changes constants; of computed values only the declared type changes.
func lowerCast(c *call) (*value, error) {
	to, ok := c.attr("to")
	if !ok {
		return nil, c.errorf("attribute to is missing")
	}
	v, target := c.in[0], elemType(to.GetI())
	switch {
	case int64(target) != to.GetI():
		return nil, c.errorf("casts to the unknown type %d", to.GetI())
	case v.elem == target:
		return v, nil
	case isFloat(v.elem) && isFloat(target):
		return c.castFloat(v, target)
	case isInt(v.elem) && isInt(target) && (v.constant() || v.isChoice()):
		return c.castInt(v, target)
	case v.constant() && (isInt(v.elem) || v.elem == boolType) && isFloat(target):
		return c.intsToFloats(v, target)
	case v.constant() && isFloat(v.elem) && isInt(target):
		return c.floatsToInts(v, target)
	case c.numeric(v) == nil && !v.constant() && (isFloat(target) || isInt(target) || target == boolType):
		return c.castComputed(v, target)
	}
	return nil, c.at("casts elements of type %v to %v", v.elem, target).
		Cure("casts between numbers are supported; leave strings as they are")
}

// castComputed casts values that depend on the input. Numbers keep their values, except for fractions that
// are cast to integers, and for truth values, which are 1 for all numbers but 0.
func (c *call) castComputed(v *value, target elemType) (*value, error) {
	out := *v
	out.elem = target
	switch {
	case target == boolType:
		is, err := c.emit(tensor.Compare{Fn: "equal"}, v, v.sameType(nil, []float64{0}))
		if err != nil {
			return nil, err
		}
		if is, err = c.not(is); err != nil {
			return nil, err
		}
		out.node, out.choices, out.whole = is.node, 0, false
	case isFloat(target):
		out.whole = true
	case isInt(v.elem) && widths[target] < min(4, widths[v.elem]) && v.choices == 0:
		return nil, c.at("casts computed numbers of type %v to %v, which has no room for all of them", v.elem, target).
			Cure("keep them in int64, or cast to float32")
	default:
		cut, err := c.truncated(v)
		if err != nil {
			return nil, err
		}
		out.node = cut.node
	}
	return &out, nil
}

// truncated is a value with its elements rounded towards zero.
func (c *call) truncated(v *value) (*value, error) {
	if !isFloat(v.elem) || v.whole {
		return v, nil
	}
	stored, err := c.asFloat32(v)
	if err != nil {
		return nil, err
	}
	return c.emit(tensor.ClientFunc{Fn: "trunc"}, stored)
}

func (c *call) castFloat(v *value, target elemType) (*value, error) {
	out := *v
	out.elem = target
	if !v.constant() {
		return &out, nil
	}
	out.node = nil
	if target != float32Type {
		return &out, nil // hecc computes in float64, models of 16 bits too
	}
	rounded := make([]float64, v.size())
	for i, x := range v.array.floats {
		rounded[i] = float64(float32(x))
	}
	return c.numbersAs(v, target, rounded)
}

// isChoice says whether it is known which integers a value may be.
func (v *value) isChoice() bool {
	_, label := v.node.Op.(tensor.Label)
	return label || v.choices > 0
}

// castInt checks that the numbers fit; labels are in the table of their Label.
func (c *call) castInt(v *value, target elemType) (*value, error) {
	out := *v
	out.elem = target
	var numbers []int64
	if v.constant() {
		for _, d := range v.array.ints {
			if d.batch && target != int32Type && target != int64Type {
				return nil, c.errorf("casts the number of samples to %v", target)
			}
			numbers = append(numbers, d.n)
		}
	} else if label, ok := v.node.Op.(tensor.Label); ok {
		for _, n := range label.Ints {
			numbers = append(numbers, int64(n))
		}
	} else if v.choices > 0 {
		numbers = []int64{int64(v.choices)}
	}
	r := integerRange[target]
	for _, n := range numbers {
		if n < r.least || n > r.most {
			return nil, c.errorf("%d does not fit the type %v", n, target)
		}
	}
	return &out, nil
}

func (c *call) intsToFloats(v *value, target elemType) (*value, error) {
	for _, d := range v.array.ints {
		if d.batch {
			return nil, c.errorf("computes with the number of samples")
		}
		if d.n > 1<<53 || d.n < -1<<53 {
			return nil, c.errorf("%d is no floating-point number", d.n)
		}
	}
	return c.numbersAs(v, target, v.numbers())
}

// floatsToInts rounds towards zero.
func (c *call) floatsToInts(v *value, target elemType) (*value, error) {
	out := &value{elem: target, array: &array{shape: v.shape()}}
	r := integerRange[target]
	for _, x := range v.array.floats {
		if !(math.Abs(x) < 1<<53) || int64(x) < r.least || int64(x) > r.most {
			return nil, c.errorf("%v does not fit the type %v", x, target)
		}
		out.array.ints = append(out.array.ints, integer{n: int64(x)})
	}
	return out, c.spendFor(out)
}

// numbersAs is a constant of v's shape with other numbers.
func (c *call) numbersAs(v *value, target elemType, numbers []float64) (*value, error) {
	out := v.sameType(v.shape(), numbers)
	out.elem = target
	if err := checkFinite(numbers); err != nil {
		return nil, c.errorf("%v", err)
	}
	return out, c.spendFor(out)
}

// numbers are the elements of a constant; the size of a batch is not a number.
func (v *value) numbers() []float64 {
	if v.array.ints == nil {
		return v.array.floats
	}
	out := make([]float64, len(v.array.ints))
	for i, d := range v.array.ints {
		out[i] = float64(d.n)
		if d.batch {
			out[i] = math.NaN()
		}
	}
	return out
}
