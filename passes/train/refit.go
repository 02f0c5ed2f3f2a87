package train

import (
	"context"
	"encoding/binary"
	"math"
	"slices"

	"hecc/ir/tensor"
	"hecc/passes/internal/dense"
	"hecc/passes/internal/parallel"
	"hecc/passes/internal/sampled"
)

// The errors of polynomials can be undone in part by the next affine map. Its weights are refitted without
// labels, so that on the values of the polynomial network it gives what the original gives on those of the
// exact network. This is ridge regression for the change of the weights (Hoerl and Kennard, Technometrics 12,
// 1970). Plans and messages call it compensation.

// ridges are the penalties that are tried, relative to the mean variance of the features. Validation on
// samples that were not fitted on chooses one.
var ridges = []float64{1e-4, 1e-3, 1e-2, 1e-1, 1}

// validationStride says that one in so many samples validates the ridge.
const validationStride = 4

// Refit changes the weights of an affine operation so that on its operands' values in it gives want as nearly
// as possible.
func Refit(op tensor.Affine, in []sampled.Matrix, want sampled.Matrix) tensor.Affine {
	residuals := residual(op, in, want)
	groups := rowGroups(op)
	change := make([]*rowChange, op.Maps[0].Rows)
	_ = parallel.For(context.Background(), len(groups), func(g int) error {
		groups[g].solve(in, residuals, change)
		return nil
	})
	return withChanges(op, change)
}

// OnlyMapped says whether only affine operations read a value: what training could change of it, they can make good, and a
// pooling stays one.
func OnlyMapped(users []*tensor.Node) bool {
	return len(users) > 0 && !slices.ContainsFunc(users, func(u *tensor.Node) bool { _, affine := u.Op.(tensor.Affine); return !affine })
}

// residual is want minus the operation's result.
func residual(op tensor.Affine, in []sampled.Matrix, want sampled.Matrix) sampled.Matrix {
	out := sampled.Affine(op, in)
	for i, w := range want.Data {
		out.Data[i] = w - out.Data[i]
	}
	return out
}

// entry is a column of one of an operation's maps.
type entry struct{ operand, col int }

// rowGroup is the rows of an affine operation that read the same entries: their least squares problems share
// one matrix.
type rowGroup struct {
	entries []entry
	rows    []int
}

// rowChange is added to a row's weights and bias.
type rowChange struct {
	entries []entry
	weights []float64
	bias    float64
}

// rowGroups groups rows by the entries that they read, in order of their first row.
func rowGroups(op tensor.Affine) []rowGroup {
	var groups []rowGroup
	index := map[string]int{}
	for i := range op.Maps[0].Rows {
		var entries []entry
		var key []byte
		for k, m := range op.Maps {
			cols, _ := m.Row(i)
			for _, c := range cols {
				entries = append(entries, entry{k, c})
				key = binary.AppendUvarint(binary.AppendUvarint(key, uint64(k)), uint64(c))
			}
		}
		g, ok := index[string(key)]
		if !ok {
			g = len(groups)
			index[string(key)] = g
			groups = append(groups, rowGroup{entries: entries})
		}
		groups[g].rows = append(groups[g].rows, i)
	}
	return groups
}

// solve finds the changes of the group's rows.
func (g *rowGroup) solve(in []sampled.Matrix, residuals sampled.Matrix, change []*rowChange) {
	x, xMean := centred(in, g.entries)
	e, eMean := centred([]sampled.Matrix{residuals}, rowEntries(g.rows))
	weights := ridgeWithValidation(x, e)
	for k, row := range g.rows {
		c := &rowChange{g.entries, make([]float64, len(g.entries)), eMean[k]}
		if weights != nil {
			c.weights = weights.Column(k)
		}
		for j, w := range c.weights {
			c.bias -= w * xMean[j]
		}
		change[row] = c
	}
}

func rowEntries(rows []int) []entry {
	out := make([]entry, len(rows))
	for k, i := range rows {
		out[k].col = i
	}
	return out
}

// centred gathers columns of values and subtracts their means.
func centred(in []sampled.Matrix, entries []entry) (sampled.Matrix, []float64) {
	out := sampled.NewMatrix(in[0].Rows(), len(entries))
	for s := range in[0].Rows() {
		for j, e := range entries {
			out.Data[s*len(entries)+j] = in[e.operand].Row(s)[e.col]
		}
	}
	return out, centre(out)
}

// ridgeWithValidation is the ridge solution of x·w = e. The ridge is the one with the least error on the last
// rows when fitted on the others; the solution is fitted on all rows. It is nil if no change at all has the
// least error.
func ridgeWithValidation(x, e sampled.Matrix) *sampled.Matrix {
	if x.Cols == 0 {
		return nil
	}
	fitted := x.Rows() - x.Rows()/validationStride
	xFit, eFit, xVal, eVal := x.Slice(0, fitted), e.Slice(0, fitted), x.Slice(fitted, x.Rows()), e.Slice(fitted, x.Rows())
	gram, moment := sampled.NewMatrix(x.Cols, x.Cols), product(xFit, eFit)
	dense.AddGram(gram.Dense(), xFit.Dense())
	least, best := sampled.SumSquares(eVal.Data), 0.0
	left := make([]float64, len(ridges))
	_ = parallel.For(context.Background(), len(ridges), func(k int) error {
		left[k] = math.Inf(1)
		if w := ridgeSolve(gram, moment, ridges[k]); w != nil {
			left[k] = residualSquares(xVal, eVal, *w)
		}
		return nil
	})
	for k, r := range ridges {
		if left[k] < least {
			least, best = left[k], r
		}
	}
	if best == 0 {
		return nil
	}
	dense.AddGram(gram.Dense(), xVal.Dense())
	dense.AddProduct(moment.Dense(), xVal.Dense().T(), eVal.Dense())
	return ridgeSolve(gram, moment, best)
}

// product is aᵀ·b.
func product(a, b sampled.Matrix) sampled.Matrix {
	out := sampled.NewMatrix(a.Cols, b.Cols)
	dense.AddProduct(out.Dense(), a.Dense().T(), b.Dense())
	return out
}

// ridgeSolve solves (gram + r·t·I) w = moment, where t is the mean of gram's diagonal. It is nil if the
// features do not vary.
func ridgeSolve(gram, moment sampled.Matrix, r float64) *sampled.Matrix {
	a, w := gram.Clone(), moment.Clone()
	n, trace := gram.Cols, 0.0
	for i := range n {
		trace += gram.Row(i)[i]
	}
	for i := range n {
		a.Row(i)[i] += r * trace / float64(n)
	}
	if trace == 0 || !dense.Solve(a.Dense(), w.Dense()) {
		return nil
	}
	return &w
}

// residualSquares is the sum of squares of e - x·w.
func residualSquares(x, e, w sampled.Matrix) float64 {
	left := e.Clone()
	dense.SubtractProduct(left.Dense(), x.Dense(), w.Dense())
	return sampled.SumSquares(left.Data)
}

// withChanges adds the changes to an operation's maps.
func withChanges(op tensor.Affine, change []*rowChange) tensor.Affine {
	maps := make([]*tensor.Map, len(op.Maps))
	for k, m := range op.Maps {
		b := tensor.NewMapBuilder(m.Cols)
		for i := range m.Rows {
			cols, val := m.Row(i)
			for l, c := range cols {
				b.Add(c, val[l])
			}
			for l, e := range change[i].entries {
				if e.operand == k {
					b.Add(e.col, change[i].weights[l])
				}
			}
			bias := m.Bias[i]
			if k == 0 {
				bias += change[i].bias
			}
			b.EndRow(bias)
		}
		maps[k] = b.Map()
	}
	return tensor.Affine{Shape: op.Shape, Maps: maps}
}
