package tensor_test

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"hecc/internal/graphtest"
	"hecc/ir/tensor"
)

// TestComposeShortcuts: maps that only scale or move elements are composed without the general way, and give
// what a product of matrices does.
func TestComposeShortcuts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		_, inner, x := mapCase(t)
		rng, n := graphtest.Rand(t), inner.Rows
		scaling := tensor.NewMapBuilder(n)
		pick := make([]int, n+1)
		for i := range pick {
			pick[i] = rng.IntN(n)
			scaling.Add(rng.IntN(n), float64(rng.IntN(3)))
			scaling.EndRow(float64(rng.IntN(3)))
		}
		for _, outer := range []*tensor.Map{tensor.IdentityMap(n), tensor.SelectMap(pick, n), scaling.Map(), tensor.ZeroMap(2, n)} {
			got := tensor.Compose(outer, inner)
			close(t, apply(got, x), toDense(outer).apply(toDense(inner).apply(x)))
			for _, v := range got.Val {
				if v == 0 {
					t.Fatal("a zero is stored")
				}
			}
		}
		columns := tensor.NewMapBuilder(inner.Cols)
		for j := range inner.Cols {
			columns.Add(j, []float64{2, 0.3, 5e-324}[rng.IntN(3)]) // the last one makes zeros of weights
			columns.EndRow(float64(rng.IntN(3)))
		}
		got := tensor.Compose(inner, columns.Map())
		close(t, apply(got, make([]float64, inner.Cols)), toDense(inner).apply(toDense(columns.Map()).apply(make([]float64, inner.Cols))))
		if x := graphtest.Vector(rng, inner.Cols, 1); !slices.Contains(columns.Map().Val, 5e-324) {
			close(t, apply(got, x), toDense(inner).apply(toDense(columns.Map()).apply(x)))
		}
		if slices.Contains(got.Val, 0) {
			t.Fatal("a zero is stored")
		}
		if got := tensor.Compose(inner, tensor.IdentityMap(inner.Cols)); !reflect.DeepEqual(got, inner) {
			t.Fatalf("behind the identity: %v, want %v", got, inner)
		}
	})
}

// TestComposeWithin gives up exactly where the product has more entries than allowed.
func TestComposeWithin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		outer, inner, _ := mapCase(t)
		whole := tensor.Compose(outer, inner)
		if got, ok := tensor.ComposeWithin(outer, inner, len(whole.Val)); !ok || !reflect.DeepEqual(got, whole) {
			t.Fatalf("%d entries are allowed: %v, %v, want %v", len(whole.Val), got, ok, whole)
		}
		if _, ok := tensor.ComposeWithin(outer, inner, len(whole.Val)-1); ok {
			t.Fatalf("%d entries, fewer are allowed", len(whole.Val))
		}
	})
}

// TestSumOfRows merges rows, whose columns may meet.
func TestSumOfRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		_, a, x := mapCase(t)
		b := randomMap(graphtest.Rand(t), a.Rows, a.Cols)
		sum := tensor.Sum(a, b, -0.5)
		want := apply(a, x)
		for i, y := range apply(b, x) {
			want[i] -= 0.5 * y
		}
		close(t, apply(sum, x), want)
		for i := range sum.Rows {
			col, val := sum.Row(i)
			for k := range col {
				if k > 0 && col[k] <= col[k-1] || val[k] == 0 {
					t.Fatalf("row %d: columns %v, values %v", i, col, val)
				}
			}
		}
	})
}

// TestComposeEqualRows: rows of a convolution of a convolution are found only once, and are those of the whole product to the
// last bit, also at borders and behind strides, and where some rows are like no others.
func TestComposeEqualRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := graphtest.Rand(t)
		stride := rapid.IntRange(1, 3).Draw(t, "stride")
		inner := convolution(rng, 40, rapid.IntRange(1, 5).Draw(t, "inner"), 1)
		outer := convolution(rng, inner.Rows, rapid.IntRange(1, 5).Draw(t, "outer"), stride)
		for range rapid.IntRange(0, 3).Draw(t, "others") {
			outer.Val[rng.IntN(len(outer.Val))] = 3
			inner.Val[rng.IntN(len(inner.Val))] = 3
		}
		b := tensor.NewMapBuilder(inner.Cols)
		for i := range outer.Rows {
			bias := outer.Bias[i]
			mid, w := outer.Row(i)
			for k, j := range mid {
				bias += w[k] * inner.Bias[j]
				col, val := inner.Row(j)
				for l, c := range col {
					b.Add(c, w[k]*val[l])
				}
			}
			b.EndRow(bias)
		}
		if got := tensor.Compose(outer, inner); !reflect.DeepEqual(got, b.Map()) {
			t.Fatalf("%v after %v is %v, want %v", outer, inner, got, b.Map())
		}
	})
}

// convolution is one of a signal with two channels, padded by as much as its kernel overlaps.
func convolution(rng *rand.Rand, size, kernel, stride int) *tensor.Map {
	length, b := size/2, tensor.NewMapBuilder(size)
	weights := graphtest.Vector(rng, 4*kernel, 1)
	for out := range 2 {
		for at := 0; at < length; at += stride {
			for in := range 2 {
				for k := range kernel {
					if place := at + k - kernel/2; place >= 0 && place < length {
						b.Add(in*length+place, weights[(out*2+in)*kernel+k])
					}
				}
			}
			b.EndRow(weights[out])
		}
	}
	return b.Map()
}
