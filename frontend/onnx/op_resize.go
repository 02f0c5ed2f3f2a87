package onnx

import (
	"math"
	"slices"

	"hecc/ir/tensor"
)

var (
	resizeAttrs   = attrKinds{"coordinate_transformation_mode": kindString, "cubic_coeff_a": kindFloat, "exclude_outside": kindInt, "extrapolation_value": kindFloat, "mode": kindString, "nearest_mode": kindString}
	resizeAttrs18 = resizeAttrs.and(attrKinds{"antialias": kindInt, "axes": kindInts, "keep_aspect_ratio_policy": kindString})
)

// lowerResize reads the nearest element of the input for each of the output, or interpolates between the two
// that are nearest along each axis.
func lowerResize(c *call) (*value, error) {
	v := c.in[0]
	if err := c.pickable(v); err != nil {
		return nil, err
	}
	if c.int("antialias", 0) != 0 {
		return nil, c.errorf("antialias is set, which is not supported")
	}
	if policy := c.text("keep_aspect_ratio_policy", "stretch"); policy != "stretch" {
		return nil, c.errorf("keep_aspect_ratio_policy is %q, must be stretch", policy)
	}
	scalings, err := c.scalings(v)
	if err != nil {
		return nil, err
	}
	read, err := c.interpolation()
	if err != nil {
		return nil, err
	}
	if err := c.checkScalings(scalings); err != nil {
		return nil, err
	}
	return c.resize(v, scalings, read)
}

// scaling is how an axis is resized.
type scaling struct {
	size, out int
	factor    float64 // about out/size
}

// scalings are those of the axes of one sample. Upsample has an attribute since operator set 7, an operand
// since 9; Resize has factors or sizes, for all axes or those that an attribute names.
func (c *call) scalings(v *value) ([]scaling, error) {
	factors, sizes, err := c.resizeOperands()
	if err != nil {
		return nil, err
	}
	axes := c.ints("axes")
	if axes == nil {
		for k := range v.rank() {
			axes = append(axes, int64(k))
		}
	}
	if max(len(factors), len(sizes)) != len(axes) || len(factors) > 0 && len(sizes) > 0 {
		return nil, c.errorf("%d factors and %d sizes for %d axes", len(factors), len(sizes), len(axes))
	}
	list := make([]scaling, len(v.shape()))
	for k, n := range v.shape() {
		list[k] = scaling{n, n, 1}
	}
	for i, a := range axes {
		k, err := c.axis(a, v.rank())
		if err != nil {
			return nil, err
		}
		if k == v.batchAxis() {
			if len(sizes) > 0 && !sizes[i].batch || len(factors) > 0 && factors[i] != 1 {
				return nil, c.mixes("resizes the batch axis")
			}
			continue
		}
		s := &list[k-v.skipped()]
		if len(sizes) > 0 {
			*s, err = c.scaledTo(s.size, sizes[i])
		} else {
			*s, err = c.scaledBy(s.size, factors[i])
		}
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (c *call) scaledTo(size int, to integer) (scaling, error) {
	if to.batch || to.n < 1 || to.n > maxPlane {
		return scaling{}, c.errorf("cannot resize an axis of %d to %d", size, to.n)
	}
	return scaling{size, int(to.n), float64(to.n) / float64(size)}, nil
}

// scaledBy rounds as runtimes do, which multiply in float32.
func (c *call) scaledBy(size int, factor float64) (scaling, error) {
	out := math.Floor(float64(float32(size) * float32(factor)))
	if !(factor > 0 && out >= 1 && out <= maxPlane) {
		return scaling{}, c.errorf("cannot resize an axis of %d by %v", size, factor)
	}
	return scaling{size, int(out), factor}, nil
}

// resizeOperands are constant factors or sizes; an empty list is none.
func (c *call) resizeOperands() (factors []float64, sizes []integer, err error) {
	switch {
	case c.node.version < 9:
		return c.floats("scales"), nil, nil
	case c.node.version < 11:
		factors, err = c.factors(c.in[1])
		return factors, nil, err
	}
	if factors, err = c.factors(c.operand(2)); err != nil {
		return nil, nil, err
	}
	if v := c.operand(3); v != nil {
		if !v.constant() || !isInt(v.elem) || v.rank() != 1 {
			return nil, nil, c.errorf("the sizes must be a constant list of integers")
		}
		sizes = v.array.ints
	}
	return factors, sizes, nil
}

func (c *call) factors(v *value) ([]float64, error) {
	if v == nil {
		return nil, nil
	}
	if !v.constant() || !isFloat(v.elem) || v.rank() != 1 {
		return nil, c.errorf("the factors must be a constant list of numbers")
	}
	return v.array.floats, nil
}

// checkScalings refuses factors that runtimes read in different ways: with align_corners, where the size is
// rounded, corners meet those of the size before or after rounding; and before operator set 11, the nearest of
// two elements that are left out is the one before or behind.
func (c *call) checkScalings(scalings []scaling) error {
	corners, old := c.text("coordinate_transformation_mode", "") == "align_corners", c.node.version < 11
	for k, s := range scalings {
		if exact := s.factor * float64(s.size); corners && !isWhole(exact) {
			return c.errorf("align_corners, and axis %d of a sample would have %v elements", k, exact)
		}
		if old && s.factor < 1 && !isWhole(1/s.factor) {
			return c.at("axis %d of a sample is made smaller by %v", k, s.factor).
				Cure("export the model for operator set 11 or newer, which says what is nearest: opset_version in torch.onnx.export")
		}
	}
	return nil
}

// isWhole says whether a number is whole, but for the rounding of factors to float32.
func isWhole(x float64) bool { return math.Abs(x-math.Round(x)) <= 1e-5*math.Abs(x) }

// resize reads along each axis. It is a choice of elements where no element is made of two.
func (c *call) resize(v *value, scalings []scaling, read func(s scaling, o int) []tap) (*value, error) {
	first := slices.IndexFunc(scalings, func(s scaling) bool { return s.out != s.size || s.factor != 1 })
	if first < 0 {
		return v, nil
	}
	outs, shape := make([]int, 0, len(scalings)), make([]int, len(scalings))
	for k, s := range scalings {
		if shape[k] = s.out; k >= first {
			outs = append(outs, s.out)
		}
	}
	if _, ok := boundedProduct(maxPlane, outs...); !ok {
		return nil, c.at("makes more than %d elements of one channel", maxPlane).Cure("%s", tooMany)
	}
	f := filter{samples: 1, groups: product(shape[:first]), in: 1, out: 1, size: 1, reach: wholeReach, kernel: one}
	for _, s := range scalings[first:] {
		axis := make(reach, s.out)
		for o := range axis {
			axis[o] = read(s, o)
		}
		f.reach, f.size = f.reach.times(axis, s.size, 1), f.size*s.size
	}
	if f.reach.taps() == len(f.reach) {
		return c.pickOnes(v, f, shape)
	}
	return c.filtered(v, f, shape)
}

// pickOnes emits a filter that reads one element for each that it makes.
func (c *call) pickOnes(v *value, f filter, shape []int) (*value, error) {
	n, ok := boundedProduct(maxComputed, f.groups, len(f.reach))
	if !ok {
		return nil, c.at("the result has more than %d elements", maxComputed).Cure("%s", tooMany)
	}
	if err := c.spend(n, 0); err != nil {
		return nil, err
	}
	index := make([]int, 0, n)
	for g := range f.groups {
		for _, taps := range f.reach {
			index = append(index, g*f.size+taps[0].at)
		}
	}
	return c.emit(tensor.Pick{Shape: shape, Index: index}, v)
}
