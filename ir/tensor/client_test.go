package tensor_test

import (
	"cmp"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"hecc/ir/diag"
	"hecc/ir/tensor"
)

func TestCompare(t *testing.T) {
	for fn, f := range map[string]func(a, b float64) bool{
		"equal":     func(a, b float64) bool { return !(a < b) && !(a > b) },
		"less":      func(a, b float64) bool { return a < b },
		"lessequal": func(a, b float64) bool { return !(a > b) },
	} {
		t.Run(fn, rapid.MakeCheck(func(t *rapid.T) {
			full := shapes(0, 4).Draw(t, "shape")
			a, b, c := random(t, partOf(t, full)), random(t, partOf(t, full)), random(t, partOf(t, full))
			shape := commonShape(a.shape, b.shape)
			is := run(t, tensor.Compare{Fn: fn}, a, b)
			expect(t, is, build(shape, func(i []int) float64 {
				if f(a.at(i...), b.at(i...)) {
					return 1
				}
				return 0
			}))
			expect(t, run(t, tensor.Where{}, is, a, c), build(commonShape(shape, c.shape), func(i []int) float64 {
				if is.at(i...) == 1 {
					return a.at(i...)
				}
				return c.at(i...)
			}))
		}))
	}
}

// TestNaN: what is not a number compares as false, and can be told and replaced.
func TestNaN(t *testing.T) {
	g := tensor.New("", tensor.Epilogue)
	x := g.MustAdd(diag.Pos{}, tensor.Input{Label: "x", Shape: []int{3}})
	root := g.MustAdd(diag.Pos{}, tensor.Func{Fn: "sqrt"}, x)
	is := g.MustAdd(diag.Pos{}, tensor.ClientFunc{Fn: "isnan"}, root)
	seven := g.MustAdd(diag.Pos{}, tensor.Const{Data: []float64{7}})
	g.MustAdd(diag.Pos{}, tensor.Where{}, is, seven, root)
	for _, fn := range []string{"equal", "less", "lessequal"} {
		g.MustAdd(diag.Pos{}, tensor.Compare{Fn: fn}, root, root)
	}
	v, err := tensor.NewEvaluator(g).Run([]float64{-1, 4, 9})
	if err != nil {
		t.Fatal(err)
	}
	for k, want := range [][]float64{{7, 2, 3}, {0, 1, 1}, {0, 0, 0}, {0, 1, 1}} {
		if got := v.Of(g.Nodes[4+k]); !slices.Equal(got, want) {
			t.Errorf("%s gives %v, want %v", g.Nodes[4+k].Op.Name(), got, want)
		}
	}
}

// lineAt lists the elements along an axis that pass through a place.
func lineAt(a array, axis int, place []int) []float64 {
	place = slices.Clone(place)
	var out []float64
	for k := range a.shape[axis] {
		place[axis] = k
		out = append(out, a.at(place...))
	}
	return out
}

func TestAlongAxis(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := random(t, shapes(1, 3).Draw(t, "shape"))
		axis := rapid.IntRange(0, len(x.shape)-1).Draw(t, "axis")
		without := func(f func(list []float64) float64) array {
			return build(slices.Delete(slices.Clone(x.shape), axis, axis+1), func(i []int) float64 {
				return f(lineAt(x, axis, slices.Insert(slices.Clone(i), axis, 0)))
			})
		}
		expect(t, run(t, tensor.Reduce{Fn: "max", Axis: axis}, x), without(slices.Max[[]float64]))
		expect(t, run(t, tensor.Reduce{Fn: "min", Axis: axis}, x), without(slices.Min[[]float64]))
		expect(t, run(t, tensor.Reduce{Fn: "logsumexp", Axis: axis}, x), without(func(list []float64) float64 {
			sum := 0.0
			for _, v := range list {
				sum += math.Exp(v)
			}
			return math.Log(sum)
		}))
		for norm, f := range map[string]func(list []float64) float64{
			"max": slices.Max[[]float64],
			"l1": func(list []float64) (s float64) {
				for _, v := range list {
					s += math.Abs(v)
				}
				return s
			},
			"l2": func(list []float64) (s float64) {
				for _, v := range list {
					s += v * v
				}
				return math.Sqrt(s)
			},
		} {
			expect(t, run(t, tensor.Normalize{Norm: norm, Axis: axis}, x), build(x.shape, func(i []int) float64 {
				if n := f(lineAt(x, axis, i)); n != 0 {
					return x.at(i...) / n
				}
				return x.at(i...)
			}))
		}
		least := rapid.Bool().Draw(t, "least")
		k := rapid.IntRange(1, x.shape[axis]).Draw(t, "k")
		shape := slices.Clone(x.shape)
		shape[axis] = k
		// rank counts the elements that come before element j of a line.
		rank := func(list []float64, j int) int {
			n := 0
			for i, v := range list {
				c := cmp.Compare(list[j], v)
				if least {
					c = -c
				}
				if c < 0 || c == 0 && i < j {
					n++
				}
			}
			return n
		}
		places := build(shape, func(i []int) float64 {
			list := lineAt(x, axis, i)
			for j := range list {
				if rank(list, j) == i[axis] {
					return float64(j)
				}
			}
			return -1
		})
		expect(t, run(t, tensor.TopK{Axis: axis, K: k, Least: least, Index: true}, x), places)
		expect(t, run(t, tensor.TopK{Axis: axis, K: k, Least: least}, x), build(shape, func(i []int) float64 {
			return lineAt(x, axis, i)[int(places.at(i...))]
		}))
		first := build(slices.Delete(slices.Clone(x.shape), axis, axis+1), func(i []int) float64 {
			return places.at(slices.Insert(slices.Clone(i), axis, 0)...)
		})
		expect(t, run(t, tensor.ArgMax{Axis: axis, Least: least}, x), first)
	})
}

func TestGather(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := random(t, shapes(1, 3).Draw(t, "shape"))
		axis := rapid.IntRange(0, len(x.shape)-1).Draw(t, "axis")
		n := x.shape[axis]
		list := random(t, shapes(0, 2).Draw(t, "list"))
		for i := range list.data {
			list.data[i] = float64(rapid.IntRange(-n, n-1).Draw(t, "position"))
		}
		want := build(slices.Concat(x.shape[:axis], list.shape, x.shape[axis+1:]), func(i []int) float64 {
			p := int(list.at(i[axis : axis+len(list.shape)]...))
			return x.at(slices.Concat(i[:axis], []int{(p + n) % n}, i[axis+len(list.shape):])...)
		})
		expect(t, run(t, tensor.Gather{Axis: axis}, x, list), want)
	})
	for _, p := range []float64{3, -4, 0.5, math.Inf(1), math.NaN()} {
		g := tensor.New("", tensor.Epilogue)
		in := g.MustAdd(diag.Pos{}, tensor.Input{Label: "x", Shape: []int{1}})
		table := g.MustAdd(diag.Pos{}, tensor.Const{Shape: []int{3}, Data: []float64{1, 2, 3}})
		n := g.MustAdd(diag.Pos{}, tensor.Gather{}, table, in)
		if v, _ := tensor.NewEvaluator(g).Run([]float64{p}); !math.IsNaN(v.Of(n)[0]) {
			t.Errorf("position %v of 3 gives %v", p, v.Of(n))
		}
	}
}

// TestLogSumExp does not overflow, nor lose what is small.
func TestLogSumExp(t *testing.T) {
	for _, x := range []float64{-1e4, -700, 0, 700, 1e4} {
		got := run(t, tensor.Reduce{Fn: "logsumexp"}, array{[]int{2}, []float64{x, x}})
		if want := x + math.Ln2; math.Abs(got.data[0]-want) > 1e-11 {
			t.Errorf("twice %v gives %v, want %v", x, got.data[0], want)
		}
	}
}
