package dense

import "math"

// Matrices are factored and equations solved by halves, so that nearly all work is in products: Gustavson, "Recursion
// leads to automatic variable blocking for dense linear-algebra algorithms", 1997. leaf is not halved any more.
const leaf = 8

// Solve replaces b by the solution x of a·x = b and a, symmetric and positive definite, by its Cholesky factor. It
// reads only the upper triangle of a. It is false, and neither is of use, if a is not positive definite.
func Solve(a, b View) bool {
	if !factor(a) {
		return false
	}
	forwards(a, b)
	backwards(a, b)
	return true
}

// factor replaces the upper triangle of a by u, where uᵀ·u = a.
func factor(a View) bool {
	n := a.Rows
	if n <= leaf {
		return factorLeaf(a)
	}
	half := n / 2
	first, right, last := a.block(0, half, 0, half), a.block(0, half, half, n), a.block(half, n, half, n)
	if !factor(first) {
		return false
	}
	forwards(first, right)
	SubtractProduct(last, right.T(), right)
	return factor(last)
}

func factorLeaf(a View) bool {
	for p := range a.Rows {
		row := a.row(p)
		if !(row[p] > 0) {
			return false
		}
		row[p] = math.Sqrt(row[p])
		for j := p + 1; j < a.Cols; j++ {
			row[j] /= row[p]
		}
		for i := p + 1; i < a.Rows; i++ {
			subtract(a.row(i)[i:], row[i], row[i:])
		}
	}
	return true
}

// forwards solves uᵀ·x = b in place, for an upper triangle u.
func forwards(u, b View) {
	n := u.Rows
	if n > leaf {
		half := n / 2
		first, last := b.block(0, half, 0, b.Cols), b.block(half, n, 0, b.Cols)
		forwards(u.block(0, half, 0, half), first)
		SubtractProduct(last, u.block(0, half, half, n).T(), first)
		forwards(u.block(half, n, half, n), last)
		return
	}
	for p := range n {
		divide(b.row(p), u.row(p)[p])
		for i := p + 1; i < n; i++ {
			subtract(b.row(i), u.row(p)[i], b.row(p))
		}
	}
}

// backwards solves u·x = b in place, for an upper triangle u.
func backwards(u, b View) {
	n := u.Rows
	if n > leaf {
		half := n / 2
		first, last := b.block(0, half, 0, b.Cols), b.block(half, n, 0, b.Cols)
		backwards(u.block(half, n, half, n), last)
		SubtractProduct(first, u.block(0, half, half, n), last)
		backwards(u.block(0, half, 0, half), first)
		return
	}
	for p := n - 1; p >= 0; p-- {
		divide(b.row(p), u.row(p)[p])
		for i := range p {
			subtract(b.row(i), u.row(i)[p], b.row(p))
		}
	}
}

func divide(x []float64, by float64) {
	for j := range x {
		x[j] /= by
	}
}

// subtract is x - factor·y, rounded once.
func subtract(x []float64, factor float64, y []float64) {
	for j, v := range y[:len(x)] {
		x[j] = math.FMA(-factor, v, x[j])
	}
}
