package memory

import (
	"math"
	"slices"

	"hecc/ir/he"
)

// Matrix is a run of weighted sums by numbers, as batches have them: one for each element of a layer. They
// are computed together.
type Matrix struct {
	Rows     []*he.Value
	Operands []*he.Value
	Streamed bool // the operands are inputs that nothing else reads: a run takes them from the request
}

// leastDensity is from how many weights on a matrix is worth it: at least one in so many must be there.
const leastDensity = 4

// ChunkOperands is how many operands are read at a time.
const ChunkOperands = 128

// nearlyLeast is how much more than the least a longer matrix may cost: rows that are cut off cost more by themselves.
const nearlyLeast = 1.05

// gatherRows is how many rows take as long as putting the operands of a matrix side by side.
const gatherRows = 6

// cost of a matrix, in products of a weight.
func (m *Matrix) cost() float64 {
	tiles := (len(m.Rows) + matrixRows - 1) / matrixRows
	return float64((matrixRows*tiles + gatherRows) * len(m.Operands))
}

// findMatrix looks for the matrix that starts with the first of some values and is cheapest for each of its weights; nil if there is none.
func findMatrix(values []*he.Value) *Matrix {
	var m, best Matrix
	index, weights, first, least := map[*he.Value]bool{}, 0, values[0], math.Inf(1)
	for _, v := range values {
		terms := Numbers(v)
		depends := slices.ContainsFunc(v.In, func(in *he.Value) bool { return in.ID >= first.ID })
		if terms == nil || depends || v.Level != first.Level || v.Degree != first.Degree {
			break
		}
		for _, in := range v.In {
			if !index[in] {
				index[in] = true
				m.Operands = append(m.Operands, in)
			}
		}
		m.Rows, weights = append(m.Rows, v), weights+len(terms)
		if leastDensity*weights < len(m.Rows)*len(m.Operands) {
			break
		}
		if cost := m.cost() / float64(weights); cost <= nearlyLeast*least {
			best, least = m, min(least, cost)
		}
	}
	if len(best.Rows) < 2 {
		return nil
	}
	return &best
}

// Numbers are the terms of a sum of products with numbers, or nil.
func Numbers(v *he.Value) []he.Term {
	switch op := v.Op.(type) {
	case he.MulPlain:
		if _, ok := he.Number(op.Plain); ok {
			return []he.Term{{Diag: op.Plain}}
		}
	case he.Linear:
		for _, t := range op.Terms {
			if _, ok := he.Number(t.Diag); !ok || t.Baby != 0 || t.Giant != 0 {
				return nil
			}
		}
		return op.Terms
	}
	return nil
}

// FindMatrices lists the matrices of a circuit by the ID of their first row.
func FindMatrices(c *he.Circuit) map[int]*Matrix {
	found, users := map[int]*Matrix{}, make([]int, len(c.Values))
	for _, v := range c.Values {
		for _, in := range v.In {
			users[in.ID]++
		}
	}
	for i := 0; i < len(c.Values); i++ {
		m := findMatrix(c.Values[i:])
		if m == nil {
			continue
		}
		found[i] = m
		m.Streamed = m.readsAllOf(users)
		i += len(m.Rows) - 1
	}
	return found
}

// readsAllOf says whether the operands are inputs that nothing but the matrix reads, given how often each
// value is read.
func (m *Matrix) readsAllOf(users []int) bool {
	reads := map[*he.Value]int{}
	for _, v := range m.Rows {
		for _, in := range v.In {
			reads[in]++
		}
	}
	for _, in := range m.Operands {
		if _, ok := in.Op.(he.Input); !ok || reads[in] != users[in.ID] {
			return false
		}
	}
	return true
}

// Covers lists the values that need no operation of their own: the rows, and inputs that are streamed.
func (m *Matrix) Covers() []*he.Value {
	if m.Streamed {
		return append(m.Rows[:len(m.Rows):len(m.Rows)], m.Operands...)
	}
	return m.Rows
}
