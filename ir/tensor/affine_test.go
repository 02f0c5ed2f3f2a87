package tensor_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"hecc/internal/graphtest"
	"hecc/ir/tensor"
)

// dense is an affine map as a matrix and a bias.
type dense struct {
	a    [][]float64
	bias []float64
}

func toDense(m *tensor.Map) dense {
	d := dense{make([][]float64, m.Rows), m.Bias}
	for i := range d.a {
		d.a[i] = make([]float64, m.Cols)
		cols, vals := m.Row(i)
		for k, j := range cols {
			d.a[i][j] = vals[k]
		}
	}
	return d
}

func (d dense) apply(x []float64) []float64 {
	y := slices.Clone(d.bias)
	for i, row := range d.a {
		for j, w := range row {
			y[i] += w * x[j]
		}
	}
	return y
}

func randomMap(rng *rand.Rand, rows, cols int) *tensor.Map {
	b := tensor.NewMapBuilder(cols)
	for range rows {
		for range rng.IntN(cols + 2) { // some rows empty, some columns hit twice
			b.Add(rng.IntN(cols), float64(rng.IntN(5)-2))
		}
		b.EndRow(float64(rng.IntN(5) - 2))
	}
	return b.Map()
}

func apply(m *tensor.Map, x []float64) []float64 {
	y := make([]float64, m.Rows)
	m.AddTo(x, y)
	return y
}

// mapCase draws two maps that can be composed, and a vector.
func mapCase(t *rapid.T) (outer, inner *tensor.Map, x []float64) {
	rng := graphtest.Rand(t)
	dim := rapid.IntRange(1, 6)
	mid, cols := dim.Draw(t, "middle"), dim.Draw(t, "columns")
	return randomMap(rng, dim.Draw(t, "rows"), mid), randomMap(rng, mid, cols), graphtest.Vector(rng, cols, 1)
}

func close(t *rapid.T, got, want []float64) {
	if graphtest.Gap(got, want) > 1e-12 {
		t.Fatalf("got %v, want %v", got, want)
	}
}

func TestMapAlgebra(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		outer, inner, x := mapCase(t)
		close(t, apply(inner, x), toDense(inner).apply(x))
		close(t, apply(tensor.Compose(outer, inner), x), toDense(outer).apply(toDense(inner).apply(x)))

		other := randomMap(graphtest.Rand(t), inner.Rows, inner.Cols)
		want := toDense(inner).apply(x)
		for i, v := range toDense(other).apply(x) {
			want[i] -= 0.5 * v
		}
		close(t, apply(tensor.Sum(inner, other, -0.5), x), want)
	})
}

func TestMapSum_cancels(t *testing.T) {
	m := tensor.Sum(tensor.IdentityMap(3), tensor.IdentityMap(3), -1)
	if len(m.Val) != 0 {
		t.Errorf("x - x keeps %d entries", len(m.Val))
	}
}

func TestSelectAndScatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(t, "n")
		x := graphtest.Vector(graphtest.Rand(t), n, 1)
		pick := rapid.SliceOfN(rapid.IntRange(0, n-1), 1, 8).Draw(t, "pick")
		want := make([]float64, len(pick))
		for i, j := range pick {
			want[i] = x[j]
		}
		close(t, apply(tensor.SelectMap(pick, n), x), want)

		places := make([]int, n+3)
		for i := range places {
			places[i] = i
		}
		place := rapid.Permutation(places).Draw(t, "place")[:n]
		want = make([]float64, n+3)
		for i, p := range place {
			want[p] = x[i]
		}
		close(t, apply(tensor.ScatterMap(place, n+3), x), want)
	})
}

func TestIsIdentity(t *testing.T) {
	b := tensor.NewMapBuilder(2)
	b.Add(0, 1)
	b.EndRow(0)
	b.Add(1, 1)
	b.EndRow(0.5)
	for _, c := range []struct {
		m    *tensor.Map
		want bool
	}{
		{tensor.IdentityMap(3), true},
		{tensor.SelectMap([]int{0, 1}, 3), false},
		{tensor.SelectMap([]int{1, 0}, 2), false},
		{tensor.ZeroMap(2, 2), false},
		{tensor.Sum(tensor.IdentityMap(2), tensor.IdentityMap(2), 1), false},
		{b.Map(), false},
	} {
		if c.m.IsIdentity() != c.want {
			t.Errorf("%+v: %v", c.m, !c.want)
		}
	}
}

func TestMatMulMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawMatMul(t)
		want := matMul(a, b).data
		close(t, apply(tensor.MatMulMap(tensor.Const{Shape: b.shape, Data: b.data}, a.shape, true), a.data), want)
		close(t, apply(tensor.MatMulMap(tensor.Const{Shape: a.shape, Data: a.data}, b.shape, false), b.data), want)
	})
}

func TestClenshaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SliceOfN(rapid.Float64Range(-1, 1), 1, 20).Draw(t, "coefficients")
		x := rapid.Float64Range(-1, 1).Draw(t, "t")
		want := 0.0
		for k, a := range c {
			want += a * math.Cos(float64(k)*math.Acos(x))
		}
		if got := tensor.Clenshaw(c, x); math.Abs(got-want) > 1e-11 {
			t.Fatalf("%v, want %v", got, want)
		}
	})
}

func TestPolyPerElement(t *testing.T) {
	b := graphtest.NewBuilder(tensor.Polynomial, rand.New(rand.NewPCG(1, 1)))
	p := tensor.Poly{Of: "f", Coeffs: [][]float64{{1, 2}, {0, 1}}, Lo: []float64{0, -4}, Hi: []float64{2, 4}, Err: []float64{0, 0}}
	g := b.Output(b.Add(p, b.Input(2)))
	if err := g.Verify(); err != nil {
		t.Fatal(err)
	}
	if got := graphtest.Run(g, []float64{2, 1}); !slices.Equal(got, []float64{3, 0.25}) {
		t.Errorf("got %v", got) // 1 + 2·1 and (2·1)/8
	}
}
