package dense

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// positive is a random positive definite matrix xᵀ·x/n + I, of condition about 5.
func positive(r *rand.Rand, n int) []float64 {
	x, a := RowMajor(n, n, random(r, n*n)), make([]float64, n*n)
	AddProduct(RowMajor(n, n, a), x.T(), x)
	for i := range a {
		a[i] /= float64(n)
	}
	for i := range n {
		a[i*n+i]++
	}
	return a
}

// TestSolve holds solutions against gonum's.
func TestSolve(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{1, 2, 7, 8, 9, 17, 64, 100, 257} {
		for _, cols := range []int{1, 10, 37} {
			a, b := positive(r, n), random(r, n*cols)
			var chol mat.Cholesky
			var want mat.Dense
			if !chol.Factorize(mat.NewSymDense(n, slices.Clone(a))) || chol.SolveTo(&want, mat.NewDense(n, cols, slices.Clone(b))) != nil {
				t.Fatal("gonum refuses")
			}
			for i := range n {
				for j := range i {
					a[i*n+j] = math.NaN() // is not read
				}
			}
			if !Solve(RowMajor(n, n, a), RowMajor(n, cols, b)) {
				t.Fatalf("%d equations: not positive definite", n)
			}
			for i, w := range want.RawMatrix().Data {
				if !(math.Abs(b[i]-w) < 1e-13*float64(n)) {
					t.Fatalf("%d equations: %v, gonum has %v", n, b[i], w)
				}
			}
		}
	}
}

// TestSolveRefuses matrices with an eigenvalue that is negative, zero or not a number, wherever it shows.
func TestSolveRefuses(t *testing.T) {
	for _, n := range []int{1, 8, 30} {
		for _, at := range []int{0, n / 2, n - 1} {
			for _, v := range []float64{-1, 0, math.NaN()} {
				a := make([]float64, n*n)
				for i := range n {
					a[i*n+i] = 1
				}
				a[at*n+at] = v
				if Solve(RowMajor(n, n, a), RowMajor(n, 1, make([]float64, n))) {
					t.Errorf("%d equations with %v at %d are solved", n, v, at)
				}
			}
		}
	}
}

// BenchmarkSolve solves for as many columns as there are equations, as the refit of a square layer does.
func BenchmarkSolve(b *testing.B) {
	for _, n := range []int{256, 1024} {
		r := rand.New(rand.NewPCG(5, 6))
		a, x := positive(r, n), random(r, n*n)
		b.Run(fmt.Sprintf("equations=%d/by=hecc", n), func(b *testing.B) {
			for b.Loop() {
				Solve(RowMajor(n, n, slices.Clone(a)), RowMajor(n, n, slices.Clone(x)))
			}
		})
		b.Run(fmt.Sprintf("equations=%d/by=gonum", n), func(b *testing.B) {
			for b.Loop() {
				var chol mat.Cholesky
				var w mat.Dense
				_ = chol.Factorize(mat.NewSymDense(n, slices.Clone(a))) && chol.SolveTo(&w, mat.NewDense(n, n, x)) == nil
			}
		})
	}
}
