package tails

import (
	"context"
	"encoding/binary"
	"math"
	"slices"
)

const (
	copyDistance       = 1e-3 // largest difference of copies in each element, relative to its interquartile range
	maxComparisons     = 1024 // samples that one is compared with: samples of few categories have few different keys
	scalarCopyDistance = 0.05 // the same for single numbers, over the number of samples
)

// Distinct keeps one of samples that are copies of each other up to rounding: copies are no evidence of
// unseen samples. Samples that are kept stay in order.
func Distinct(ctx context.Context, samples [][]float64) ([][]float64, error) {
	samples = withoutDuplicates(samples)
	tolerance, err := newCopyTolerance(ctx, samples)
	if err != nil {
		return nil, err
	}
	keys, window := make([]float64, len(samples)), tolerance.window()
	for s, x := range samples {
		keys[s] = tolerance.key(x)
	}
	var kept []int
	isCopy := func(s int) bool {
		for _, t := range slices.Backward(kept[max(0, len(kept)-maxComparisons):]) {
			if keys[t]-keys[s] > window {
				return false
			}
			if tolerance.same(samples[s], samples[t]) {
				return true
			}
		}
		return false
	}
	for _, s := range DescendingOrder(keys) {
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

// withoutDuplicates keeps one of samples that are the same numbers.
func withoutDuplicates(samples [][]float64) (out [][]float64) {
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

// copyTolerance says by how much copies may differ. Where more than half of the samples agree in an element,
// as in one that encodes a category, copies must agree in it exactly.
type copyTolerance struct {
	allowed []float64 // largest difference of each element between copies
	median  []float64 // of its values
	scale   []float64 // of its values, in keys
}

func newCopyTolerance(ctx context.Context, samples [][]float64) (copyTolerance, error) {
	n := len(samples[0])
	l := copyTolerance{make([]float64, n), make([]float64, n), slices.Repeat([]float64{1}, n)}
	column := make([]float64, len(samples))
	share := copyDistance
	if n == 1 { // then most samples have near neighbours
		share = min(share, scalarCopyDistance/float64(len(samples)))
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
		l.allowed[i], l.median[i] = share*width, column[last/2]
		if width > 0 {
			l.scale[i] = width
		} else if all := column[last] - column[0]; all > 0 {
			l.scale[i] = all
		}
	}
	return l, nil
}

// key is a sum of scaled elements with alternating signs: the keys of copies differ by at most the window.
func (l *copyTolerance) key(x []float64) float64 {
	sum := 0.0
	for i, v := range x {
		sum += (v - l.median[i]) / l.scale[i] * float64(1-2*(i%2))
	}
	return sum
}

func (l *copyTolerance) window() float64 {
	sum := copyDistance // of rounding
	for i, off := range l.allowed {
		sum += off / l.scale[i]
	}
	return sum
}

func (l *copyTolerance) same(a, b []float64) bool {
	for i, v := range a {
		if !(math.Abs(v-b[i]) <= l.allowed[i]) {
			return false
		}
	}
	return true
}
