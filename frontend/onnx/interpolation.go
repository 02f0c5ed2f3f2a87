package onnx

import (
	"maps"
	"math"
	"slices"
)

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
