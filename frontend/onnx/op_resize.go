package onnx

import (
	"maps"
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
	if err := c.checkCorners(scalings); err != nil {
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

// interpolation reads how the output's elements are made: what the element at a place reads along an axis.
func (c *call) interpolation() (func(s scaling, o int) []tap, error) {
	mode, place, near := c.text("mode", "nearest"), "asymmetric", "floor" // the only ones before operator set 11
	if c.node.version >= 11 {
		place, near = c.text("coordinate_transformation_mode", "half_pixel"), c.text("nearest_mode", "round_prefer_floor")
	}
	coordinate, ok := coordinates[place]
	if !ok {
		return nil, c.errorf("coordinate_transformation_mode is %q, must be one of %v", place, slices.Sorted(maps.Keys(coordinates)))
	}
	round, ok := roundings[near]
	if !ok {
		return nil, c.errorf("nearest_mode is %q, must be one of %v", near, slices.Sorted(maps.Keys(roundings)))
	}
	switch mode {
	case "nearest":
		return func(s scaling, o int) []tap {
			at := int(round(coordinate(s, float64(o))))
			return []tap{{at: min(max(at, 0), s.size-1), weight: 1}}
		}, nil
	case "linear":
		return func(s scaling, o int) []tap {
			x := min(max(coordinate(s, float64(o)), 0), float64(s.size-1))
			at := int(x)
			if part := x - float64(at); part > 0 {
				return []tap{{at: at, weight: 1 - part}, {at: at + 1, weight: part}}
			}
			return []tap{{at: at, weight: 1}}
		}, nil
	}
	return nil, c.errorf("mode is %q, must be nearest or linear", mode)
}

// checkCorners refuses factors with align_corners where the size is rounded: runtimes disagree whether corners
// meet those of the rounded size.
func (c *call) checkCorners(scalings []scaling) error {
	for k, s := range scalings {
		exact := s.factor * float64(s.size)
		if c.text("coordinate_transformation_mode", "") == "align_corners" && math.Abs(exact-float64(s.out)) > 1e-5*exact {
			return c.errorf("align_corners, and axis %d of a sample would have %v elements", k, exact)
		}
	}
	return nil
}

// coordinates are where on the input an element of the output stands, by the name of the mode.
var coordinates = map[string]func(s scaling, o float64) float64{
	"half_pixel": halfPixel,
	"pytorch_half_pixel": func(s scaling, o float64) float64 {
		if s.out == 1 {
			return 0
		}
		return halfPixel(s, o)
	},
	"half_pixel_symmetric": func(s scaling, o float64) float64 {
		lost := 1 - float64(s.out)/(s.factor*float64(s.size)) // by rounding the size
		return float64(s.size)/2*lost + halfPixel(s, o)
	},
	"align_corners": func(s scaling, o float64) float64 {
		if s.out == 1 {
			return 0
		}
		return o * float64(s.size-1) / float64(s.out-1)
	},
	"asymmetric":           func(s scaling, o float64) float64 { return o / s.factor },
	"tf_half_pixel_for_nn": func(s scaling, o float64) float64 { return (o + 0.5) / s.factor },
}

func halfPixel(s scaling, o float64) float64 { return (o+0.5)/s.factor - 0.5 }

var roundings = map[string]func(float64) float64{
	"round_prefer_floor": func(x float64) float64 { return math.Ceil(x - 0.5) },
	"round_prefer_ceil":  func(x float64) float64 { return math.Floor(x + 0.5) },
	"floor":              math.Floor,
	"ceil":               math.Ceil,
}

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
		return nil, c.errorf("makes more than %d elements of one channel", maxPlane)
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
		return nil, c.errorf("the result has more than %d elements", maxComputed)
	}
	if err := c.m.used.spend(n, 0); err != nil {
		return nil, c.errorf("%v", err)
	}
	index := make([]int, 0, n)
	for g := range f.groups {
		for _, taps := range f.reach {
			index = append(index, g*f.size+taps[0].at)
		}
	}
	return c.emit(tensor.Pick{Shape: shape, Index: index}, v)
}
