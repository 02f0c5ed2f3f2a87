package onnx

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"hecc/frontend/onnx/onnxpb"
)

// Random geometries are compared with the definition of each operator, written as loops over all indices.

func TestConvIsItsDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		few := rapid.IntRange(1, 3)
		groups, in, out := few.Draw(t, "groups"), few.Draw(t, "in"), few.Draw(t, "out")
		g := drawGeometry(t, "Conv", groups*in)
		g.node.Attribute = append(g.node.Attribute, withInt(&onnxpb.NodeProto{}, "group", int64(groups)).Attribute...)
		w := g.weight(t, "w", append([]int{groups * out, in}, g.kernel...)...)
		bias := newGrid(groups * out)
		if rapid.Bool().Draw(t, "biased") {
			bias = g.weight(t, "b", groups*out)
		}
		g.samePads()
		x, want := g.x.padded(g.before, g.after, 0), g.out(groups*out, false)
		eachIndex(want.shape, func(o []int) {
			sum := bias.data[o[1]]
			for c := range in {
				g.reads(x, o[0], o[1]/out*in+c, o[2:], func(k []int, x float64) { sum += x * *w.at(append([]int{o[1], c}, k...)...) })
			}
			*want.at(o...) = sum
		})
		g.check(t, 11, want)
	})
}

func TestConvTransposeIsItsDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		few := rapid.IntRange(1, 3)
		groups, in, out := few.Draw(t, "groups"), few.Draw(t, "in"), few.Draw(t, "out")
		g := drawGeometry(t, "ConvTranspose", groups*in)
		g.node.Attribute = append(g.node.Attribute, withInt(&onnxpb.NodeProto{}, "group", int64(groups)).Attribute...)
		w := g.weight(t, "w", append([]int{groups * in, out}, g.kernel...)...)
		extra := rapid.SliceOfN(rapid.IntRange(0, 2), g.axes, g.axes).Draw(t, "extra")
		g.node.Attribute = append(g.node.Attribute, intsAttr("output_padding", extra))
		whole, size := []int{g.x.shape[0], groups * out}, []int{g.x.shape[0], groups * out}
		for k, n := range g.x.shape[2:] {
			full := (n-1)*g.strides[k] + (g.kernel[k]-1)*g.dilations[k] + 1 + extra[k]
			if g.auto == sameUpper || g.auto == sameLower {
				cut := max(full-n*g.strides[k], 0)
				g.before[k] = cut / 2
				if g.auto == sameLower {
					g.before[k] = cut - cut/2
				}
				size = append(size, n*g.strides[k])
			} else {
				size = append(size, full-g.before[k]-g.after[k])
			}
			if size[k+2] < 1 {
				t.Skip("nothing is left")
			}
			whole = append(whole, max(full, g.before[k]+size[k+2]))
		}
		all, want := newGrid(whole...), newGrid(size...)
		eachIndex(g.x.shape, func(i []int) {
			for m := range out {
				eachIndex(g.kernel, func(k []int) {
					to := []int{i[0], i[1]/in*out + m}
					for a := range k {
						to = append(to, i[a+2]*g.strides[a]+k[a]*g.dilations[a])
					}
					*all.at(to...) += *g.x.at(i...) * *w.at(append([]int{i[1], m}, k...)...)
				})
			}
		})
		eachIndex(size, func(o []int) {
			from := append([]int{}, o...)
			for k := range g.axes {
				from[k+2] += g.before[k]
			}
			*want.at(o...) = *all.at(from...)
		})
		g.check(t, 11, want)
	})
}

func TestPoolsAreTheirDefinitions(t *testing.T) {
	for op, reduce := range map[string]func(list []float64) float64{
		"AveragePool": func(list []float64) (mean float64) {
			for _, x := range list {
				mean += x / float64(len(list))
			}
			return mean
		},
		"MaxPool": func(list []float64) float64 {
			most := math.Inf(-1)
			for _, x := range list {
				most = max(most, x)
			}
			return most
		},
		"LpPool": func(list []float64) (sum float64) {
			for _, x := range list {
				sum += x * x
			}
			return math.Sqrt(sum)
		},
	} {
		t.Run(op, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				g := drawGeometry(t, op, 2)
				ceil, pads := rapid.Bool().Draw(t, "ceil"), rapid.Bool().Draw(t, "pads")
				g.node.Attribute = append(g.node.Attribute, intsAttr("kernel_shape", g.kernel))
				if withInt(g.node, "ceil_mode", 0); ceil {
					*g.node.Attribute[len(g.node.Attribute)-1].I = 1
				}
				if pads = pads && op == "AveragePool"; pads {
					withInt(g.node, "count_include_pad", 1)
				}
				g.samePads()
				x := g.x.padded(g.before, g.after, math.NaN())
				want := g.out(2, ceil && (g.auto == "" || g.auto == notSet))
				eachIndex(want.shape, func(o []int) {
					var list []float64
					g.reads(x, o[0], o[1], o[2:], func(_ []int, x float64) {
						if inside := !math.IsNaN(x); inside {
							list = append(list, x)
						} else if pads {
							list = append(list, 0)
						}
					})
					if len(list) == 0 && op != "LpPool" {
						t.Skip("a window in the padding alone is refused")
					}
					*want.at(o...) = reduce(list)
				})
				g.check(t, 19, want)
			})
		})
	}
}
