package train

import (
	"context"
	"encoding/binary"
	"slices"

	"hecc/ir/tensor"
	"hecc/passes/internal/parallel"
	"hecc/passes/internal/sampled"
	"hecc/passes/windows"
)

// The weights of a convolution are one at all places, and are refitted as one: every place of every sample is an
// observation of them.

// maxObservations bounds the places of samples that a convolution is refitted on, evenly.
const maxObservations = 1 << 14

// RefitTied is Refit for an operation with ties, whose refitted weights have the same ties.
func RefitTied(ctx context.Context, op tensor.Affine, tie *windows.Tie, in []sampled.Matrix, want sampled.Matrix) tensor.Affine {
	residuals := residual(op, in, want)
	r := tiedRefit{op, tie, rowsOf(tie), refittedMaps(op), in, residuals}
	groups := r.groups()
	changes := make([]tiedChange, tie.Classes)
	_ = parallel.For(ctx, len(groups), func(g int) error {
		r.solve(groups[g], changes)
		return nil
	})
	return r.changed(changes)
}

type tiedRefit struct {
	op        tensor.Affine
	tie       *windows.Tie
	rows      [][]int // of each class, by place
	refitted  []bool  // by map
	in        []sampled.Matrix
	residuals sampled.Matrix
}

// tiedChange is added to the weights with these numbers, and to the bias of a class.
type tiedChange struct {
	numbers []int32
	weights []float64
	bias    float64
}

// rowsOf lists the rows of each class.
func rowsOf(tie *windows.Tie) [][]int {
	rows := make([][]int, tie.Classes)
	for i, c := range tie.Class {
		rows[c] = append(rows[c], i)
	}
	return rows
}

// refittedMaps leaves out maps that only hand their operand on, beside others, as those of residual connections do: then
// all channels have the same features.
func refittedMaps(op tensor.Affine) []bool {
	out := make([]bool, len(op.Maps))
	for k, m := range op.Maps {
		out[k] = len(m.Val) > m.Rows
	}
	if !slices.Contains(out, true) {
		for k := range out {
			out[k] = true
		}
	}
	return out
}

// tiedGroup is classes with the same weights' numbers: their least squares problems share one matrix.
type tiedGroup struct {
	weights []int32
	classes []int
}

// groups groups classes, in order of their first one.
func (r *tiedRefit) groups() []tiedGroup {
	var groups []tiedGroup
	index := map[string]int{}
	for c, rows := range r.rows {
		weights := r.weightsOf(rows)
		var key []byte
		for _, w := range weights {
			key = binary.AppendUvarint(key, uint64(w))
		}
		g, ok := index[string(key)]
		if !ok {
			g = len(groups)
			index[string(key)] = g
			groups = append(groups, tiedGroup{weights: weights})
		}
		groups[g].classes = append(groups[g].classes, c)
	}
	return groups
}

// weightsOf lists the numbers of the refitted weights of some rows, ascending.
func (r *tiedRefit) weightsOf(rows []int) []int32 {
	seen := make([]bool, r.tie.Weights)
	for k, m := range r.op.Maps {
		for _, i := range rows {
			for _, w := range r.tie.Weight[k][m.RowPtr[i]:m.RowPtr[i+1]] {
				seen[w] = seen[w] || r.refitted[k]
			}
		}
	}
	var list []int32
	for w, ok := range seen {
		if ok {
			list = append(list, int32(w))
		}
	}
	return list
}

// solve finds the changes of a group's classes.
func (r *tiedRefit) solve(g tiedGroup, changes []tiedChange) {
	x, e := r.observations(g)
	xMean, eMean := centre(x), centre(e)
	weights := ridgeWithValidation(x, e)
	for k, c := range g.classes {
		changes[c].bias = eMean[k]
		if weights == nil {
			continue
		}
		changes[c].numbers, changes[c].weights = g.weights, weights.Column(k)
		for j, w := range changes[c].weights {
			changes[c].bias -= w * xMean[j]
		}
	}
}

// observations are the features of a group, and the residuals of its classes: rows are places, sample after sample.
func (r *tiedRefit) observations(g tiedGroup) (x, e sampled.Matrix) {
	column := make([]int, r.tie.Weights)
	for j, w := range g.weights {
		column[w] = j
	}
	samples, places := r.residuals.Rows(), len(r.rows[g.classes[0]])
	every := 1 + samples*places/maxObservations
	var from []observation
	for s := range samples {
		for at := s % every; at < places; at += every {
			from = append(from, observation{s, at})
		}
	}
	x, e = sampled.NewMatrix(len(from), len(g.weights)), sampled.NewMatrix(len(from), len(g.classes))
	for n, o := range from {
		r.observe(r.rows[g.classes[0]][o.place], o.sample, column, x.Row(n))
		for k, c := range g.classes {
			e.Row(n)[k] = r.residuals.Row(o.sample)[r.rows[c][o.place]]
		}
	}
	return x, e
}

type observation struct{ sample, place int }

// observe writes what a row reads of a sample to the columns of its weights.
func (r *tiedRefit) observe(row, sample int, column []int, x []float64) {
	for k, m := range r.op.Maps {
		if !r.refitted[k] {
			continue
		}
		in := r.in[k].Row(sample)
		for l := m.RowPtr[row]; l < m.RowPtr[row+1]; l++ {
			x[column[r.tie.Weight[k][l]]] += in[m.Col[l]]
		}
	}
}

// centre subtracts from columns their means, which it returns.
func centre(v sampled.Matrix) []float64 {
	mean := make([]float64, v.Cols)
	if v.Cols == 0 {
		return mean
	}
	for s := range v.Rows() {
		for j, x := range v.Row(s) {
			mean[j] += x
		}
	}
	for j := range mean {
		mean[j] /= float64(v.Rows())
	}
	for s := range v.Rows() {
		for j, row := 0, v.Row(s); j < len(row); j++ {
			row[j] -= mean[j]
		}
	}
	return mean
}

// changed is the operation with the changes added. Maps share what says where entries stand.
func (r *tiedRefit) changed(changes []tiedChange) tensor.Affine {
	maps := slices.Clone(r.op.Maps)
	for k, m := range maps {
		own := *m
		if r.refitted[k] {
			own.Val = slices.Clone(m.Val)
			for c, rows := range r.rows {
				addTied(own.Val, m.RowPtr, rows, r.tie.Weight[k], changes[c].byNumber(r.tie.Weights))
			}
		}
		if k == 0 {
			own.Bias = slices.Clone(m.Bias)
			for i, c := range r.tie.Class {
				own.Bias[i] += changes[c].bias
			}
		}
		maps[k] = &own
	}
	return tensor.Affine{Shape: r.op.Shape, Maps: maps}
}

// byNumber is the change of each of so many weights.
func (c *tiedChange) byNumber(weights int) []float64 {
	list := make([]float64, weights)
	for j, n := range c.numbers {
		list[n] = c.weights[j]
	}
	return list
}

// addTied adds to the entries of some rows the changes of their weights.
func addTied(val []float64, rowPtr, rows []int, weight []int32, change []float64) {
	for _, i := range rows {
		for l := rowPtr[i]; l < rowPtr[i+1]; l++ {
			val[l] += change[weight[l]]
		}
	}
}
