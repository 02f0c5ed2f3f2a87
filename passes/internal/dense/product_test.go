package dense

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

// shapes have rows, depth and columns below, at and above the sizes of tiles and blocks.
var shapes = [][3]int{
	{0, 3, 2}, {3, 0, 2}, {3, 2, 0}, {1, 1, 1}, {1, 300, 1}, {4, 1, 12}, {5, 7, 13}, {3, 11, 11}, {64, 256, 12}, {65, 257, 25},
	{100, 32, 40}, {32, 40, 100}, {20, 513, 10}, {9, 70, blockCols + 13},
}

func random(r *rand.Rand, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = r.NormFloat64()
	}
	return out
}

// operands are random matrices, of the given shape however they are stored.
func operands(r *rand.Rand, shape [3]int, transA, transB bool) (a, b View) {
	draw := func(rows, cols int, trans bool) View {
		if trans {
			return RowMajor(cols, rows, random(r, rows*cols)).T()
		}
		return RowMajor(rows, cols, random(r, rows*cols))
	}
	return draw(shape[0], shape[1], transA), draw(shape[1], shape[2], transB)
}

// eachCase visits all shapes, and random ones, with operands stored either way.
func eachCase(t *testing.T, visit func(t *testing.T, c []float64, a, b View)) {
	r := rand.New(rand.NewPCG(1, 2))
	all := slices.Clone(shapes)
	for range 10 {
		all = append(all, [3]int{r.IntN(70), r.IntN(300), r.IntN(40)})
	}
	for _, shape := range all {
		for k := range 4 {
			a, b := operands(r, shape, k&1 != 0, k&2 != 0)
			t.Run(fmt.Sprint(shape, k), func(t *testing.T) { visit(t, random(r, shape[0]*shape[2]), a, b) })
		}
	}
}

func (v View) at(i, j int) float64 {
	row, col := v.steps()
	return v.data[i*row+j*col]
}

// TestOrder holds the product against its definition, to the bit: with the processor's vectors if it has them, and in Go.
func TestOrder(t *testing.T) {
	eachCase(t, func(t *testing.T, c []float64, a, b View) {
		sum, difference := slices.Clone(c), slices.Clone(c)
		for i := range a.Rows {
			for j := range b.Cols {
				at := i*b.Cols + j
				for k := range a.Cols {
					sum[at] = math.FMA(a.at(i, k), b.at(k, j), sum[at])
					difference[at] = math.FMA(-a.at(i, k), b.at(k, j), difference[at])
				}
			}
		}
		other := slices.Clone(c)
		addProduct(c, a, b)
		SubtractProduct(RowMajor(a.Rows, b.Cols, other), a, b)
		if !slices.Equal(c, sum) || !slices.Equal(other, difference) {
			t.Error("not the sum in order")
		}
	})
}

// TestGonum holds the product against gonum's. A sum of n+1 terms is off by at most (n+1)·2^-53 of the sum of their sizes
// (Higham, "Accuracy and stability of numerical algorithms", 2002), either way.
func TestGonum(t *testing.T) {
	eachCase(t, func(t *testing.T, c []float64, a, b View) {
		want, sizes := slices.Clone(c), magnitudes(c)
		gonum(want, a, b)
		gonum(sizes, a.magnitudes(), b.magnitudes())
		addProduct(c, a, b)
		for i, w := range want {
			if d := math.Abs(c[i] - w); !(d <= 2*float64(a.Cols+1)*0x1p-53*sizes[i]) {
				t.Fatalf("element %d is %v, gonum has %v", i, c[i], w)
			}
		}
	})
}

func (v View) magnitudes() View {
	v.data = magnitudes(v.data)
	return v
}

func magnitudes(x []float64) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = math.Abs(v)
	}
	return out
}

func gonum(c []float64, a, b View) {
	if len(c) > 0 && a.Cols > 0 {
		blas64.Gemm(stored(a), stored(b), 1, general(a), general(b), 1, blas64.General{Rows: a.Rows, Cols: b.Cols, Stride: b.Cols, Data: c})
	}
}

func addProduct(c []float64, a, b View) { AddProduct(RowMajor(a.Rows, b.Cols, c), a, b) }

func stored(v View) blas.Transpose {
	if v.transposed {
		return blas.Trans
	}
	return blas.NoTrans
}

func general(v View) blas64.General {
	if v.transposed {
		v = v.T()
	}
	return blas64.General{Rows: v.Rows, Cols: v.Cols, Stride: v.Cols, Data: v.data}
}

// BenchmarkProduct has the products of fitting: values of many samples, derivatives, batches of training, Gram matrices.
func BenchmarkProduct(b *testing.B) {
	for _, m := range []struct {
		name           string
		shape          [3]int
		transA, transB bool
	}{
		{"values", [3]int{2000, 256, 256}, false, true},
		{"derivatives", [3]int{2000, 256, 256}, false, false},
		{"batch", [3]int{32, 256, 256}, false, true},
		{"weights", [3]int{256, 32, 256}, true, false},
		{"gram", [3]int{256, 1500, 256}, true, false},
		{"outputs", [3]int{2000, 256, 10}, false, true},
	} {
		x, y := operands(rand.New(rand.NewPCG(1, 2)), m.shape, m.transA, m.transB)
		c := make([]float64, m.shape[0]*m.shape[2])
		for name, f := range map[string]func([]float64, View, View){"hecc": addProduct, "gonum": gonum} {
			b.Run("product="+m.name+"/by="+name, func(b *testing.B) {
				for b.Loop() {
					f(c, x, y)
				}
				b.ReportMetric(2*float64(m.shape[0]*m.shape[1]*m.shape[2])*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFlop/s")
			})
		}
	}
}

// TestGram holds it against the product, to the bit.
func TestGram(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, shape := range [][2]int{{0, 5}, {7, 1}, {300, 13}, {90, 64}, {20, 131}} {
		x := RowMajor(shape[0], shape[1], random(r, shape[0]*shape[1]))
		n := shape[1]
		got, want := RowMajor(n, n, make([]float64, n*n)), RowMajor(n, n, make([]float64, n*n))
		for range 2 {
			AddGram(got, x)
			AddProduct(want, x.T(), x)
		}
		if !slices.Equal(got.data, want.data) {
			t.Errorf("%v: not the product", shape)
		}
	}
}

// TestSpaced: rows further apart than they are long give the same product.
func TestSpaced(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	data, b := random(r, 9*20+7), RowMajor(7, 5, random(r, 35))
	var rows []float64
	for i := range 10 {
		rows = append(rows, data[i*20:][:7]...)
	}
	got, want := RowMajor(10, 5, make([]float64, 50)), RowMajor(10, 5, make([]float64, 50))
	AddProduct(got, Spaced(10, 7, 20, data), b)
	AddProduct(want, RowMajor(10, 7, rows), b)
	back, same := RowMajor(7, 5, make([]float64, 35)), RowMajor(7, 5, make([]float64, 35))
	AddProduct(back, Spaced(10, 7, 20, data).T(), want)
	AddProduct(same, RowMajor(10, 7, rows).T(), want)
	if !slices.Equal(got.data, want.data) || !slices.Equal(back.data, same.data) {
		t.Error("not the product")
	}
}
