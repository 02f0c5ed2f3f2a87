package tails

import (
	"context"
	"encoding/binary"
	"math"
	"slices"
)

const (
	sameSample     = 1e-3 // how near two samples lie that count as one, in every element, relative to the middle half of its values
	mostNeighbours = 1024 // that a sample is held against: of samples of few categories very many have one key
	sameNumber     = 0.05 // the same for samples of a single element, over their number
)

// Distinct keeps one of samples that are copies of each other, but for rounding: what was seen twice is no evidence of
// what was not seen yet. The others keep their order.
func Distinct(ctx context.Context, samples [][]float64) ([][]float64, error) {
	samples = unequal(samples)
	like, err := newLikeness(ctx, samples)
	if err != nil {
		return nil, err
	}
	keys, window := make([]float64, len(samples)), like.window()
	for s, x := range samples {
		keys[s] = like.key(x)
	}
	var kept []int
	isCopy := func(s int) bool {
		for _, t := range slices.Backward(kept[max(0, len(kept)-mostNeighbours):]) {
			if keys[t]-keys[s] > window {
				return false
			}
			if like.same(samples[s], samples[t]) {
				return true
			}
		}
		return false
	}
	for _, s := range OrderBy(keys) {
		if !isCopy(s) {
			kept = append(kept, s)
		}
	}
	slices.Sort(kept)
	out := make([][]float64, len(kept))
	for k, s := range kept {
		out[k] = samples[s]
	}
	return out, nil
}

// unequal keeps one of samples that are the same numbers.
func unequal(samples [][]float64) (out [][]float64) {
	seen := map[string]bool{}
	var key []byte
	for _, x := range samples {
		key = key[:0]
		for _, v := range x {
			key = binary.LittleEndian.AppendUint64(key, math.Float64bits(v))
		}
		if !seen[string(key)] {
			seen[string(key)] = true
			out = append(out, x)
		}
	}
	return out
}

// likeness says when samples are copies. Where more than half of them agree in an element, as where it stands for a category,
// copies do not differ in it at all.
type likeness struct {
	off    []float64 // by how much each element of copies may differ
	middle []float64 // of its values
	unit   []float64 // what it is measured in
}

func newLikeness(ctx context.Context, samples [][]float64) (likeness, error) {
	n := len(samples[0])
	l := likeness{make([]float64, n), make([]float64, n), slices.Repeat([]float64{1}, n)}
	column := make([]float64, len(samples))
	share := sameSample
	if n == 1 { // then most samples have near neighbours
		share = min(share, sameNumber/float64(len(samples)))
	}
	for i := range n {
		if err := ctx.Err(); err != nil {
			return l, err
		}
		for s, x := range samples {
			column[s] = x[i]
		}
		slices.Sort(column)
		last := len(column) - 1
		width := min(column[last-last/4]-column[last/4], math.MaxFloat64)
		l.off[i], l.middle[i] = share*width, column[last/2]
		if width > 0 {
			l.unit[i] = width
		} else if all := column[last] - column[0]; all > 0 {
			l.unit[i] = all
		}
	}
	return l, nil
}

// key is a sum of elements, with changing signs: copies have keys that lie within a window.
func (l *likeness) key(x []float64) float64 {
	sum := 0.0
	for i, v := range x {
		sum += (v - l.middle[i]) / l.unit[i] * float64(1-2*(i%2))
	}
	return sum
}

func (l *likeness) window() float64 {
	sum := sameSample // of rounding
	for i, off := range l.off {
		sum += off / l.unit[i]
	}
	return sum
}

func (l *likeness) same(a, b []float64) bool {
	for i, v := range a {
		if !(math.Abs(v-b[i]) <= l.off[i]) {
			return false
		}
	}
	return true
}
