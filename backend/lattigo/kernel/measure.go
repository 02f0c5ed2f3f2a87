package kernel

import (
	"time"

	"github.com/tuneinsight/lattigo/v5/ring"
)

// Times are nanoseconds of the parts of kernels, for each coefficient.
type Times struct {
	Butterfly float64 // for each layer of a transform
	Product   float64 // multiply and accumulate, in the cache
	Streamed  float64 // the same with weights that are read from memory
	Matrix    float64 // multiply and accumulate in a matrix
}

// Measure times the kernels modulo a prime: each the fastest of some repetitions, since what else a machine
// does only adds.
func Measure(s *ring.SubRing, use Instructions) Times {
	const (
		terms   = 64
		rows    = 16
		streams = 16 // copies of the weights, more than caches hold
	)
	r := NewRing(s, use)
	source := make([]uint64, r.n)
	for j := range source {
		source[j] = uint64(j) % r.q
	}
	out := make([]uint64, r.n)
	sources, outs := make([][]uint64, terms), make([][]uint64, rows)
	for e := range sources {
		sources[e] = source
	}
	for k := range outs {
		outs[k] = make([]uint64, r.n)
	}
	weights := make([]uint64, terms*r.n*streams)
	for j := range weights {
		weights[j] = uint64(j) & mask30
	}
	row := make([][]uint64, rows)
	for k := range row {
		row[k] = source[:terms]
	}
	m := r.NewMatrix(row)
	scratch := make([]uint64, m.Scratch())

	size, next := terms*r.n, 0
	return Times{
		Butterfly: fastest(r.n*bitLen(r.n-1), func() { r.NTT(out, source) }),
		Product:   fastest(size, func() { r.Dot(out, sources, weights[:size]) }),
		Streamed: fastest(size, func() {
			r.Dot(out, sources, weights[next*size:(next+1)*size])
			next = (next + 1) % streams
		}),
		Matrix: fastest(rows*size, func() { m.Multiply(outs, sources, 0, r.n, false, scratch) }),
	}
}

// fastest times f, by so many parts.
func fastest(parts int, f func()) float64 {
	const repetitions = 50
	best := time.Duration(1 << 62)
	for range repetitions {
		start := time.Now()
		f()
		best = min(best, time.Since(start))
	}
	return float64(best.Nanoseconds()) / float64(parts)
}
