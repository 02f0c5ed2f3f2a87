package memory

import (
	"hecc/ir/he"
	"hecc/ir/params"
)

// scratch counts the blocks that an operation needs besides its operands and its result, by their words.
// Operations of a run come one after the other and share them.
type scratch struct {
	params    *params.Params
	divisions he.Divisions
	blocks    map[int]int // by size
}

// runBytes is the memory of the buffers of one run.
func runBytes(c *he.Circuit, forms *Forms, matrices map[int]*Matrix) int64 {
	n := c.Params.N()
	most, covered, divisions := map[int]int{}, map[*he.Value]bool{}, c.Divisions()
	take := func(s *scratch) {
		for size, count := range s.blocks {
			most[size] = max(most[size], count)
		}
	}
	for _, m := range matrices {
		s := &scratch{c.Params, divisions, map[int]int{}}
		s.matrix(m)
		take(s)
		for _, v := range m.Covers() {
			covered[v] = true
		}
	}
	for _, v := range c.Values {
		if !covered[v] {
			s := &scratch{c.Params, divisions, map[int]int{}}
			s.add(v, forms)
			take(s)
		}
	}
	total := 8*int64(n) + AssignBuffers(c, matrices).Bytes(n) // with a polynomial of zeros
	for size, count := range most {
		total += 8 * int64(size) * int64(count)
	}
	return total
}

func (s *scratch) add(v *he.Value, forms *Forms) {
	switch op := v.Op.(type) {
	case he.Linear:
		_, giants := op.Rotations()
		switch {
		case op.IsElementwise():
		case len(giants) > 0:
			s.stepped(v, op)
		default:
			s.onePass(v, op, forms)
		}
	case he.Fold, he.Relin:
		s.decompose(v.Level, 1)
		s.divide(v)
	case he.Rescale:
		if s.divisions[v.ID].KeySwitch == nil {
			s.polys(v.Degree + 1)
		}
	}
}

// polys counts polynomials modulo one prime.
func (s *scratch) polys(n int) { s.blocks[Stride(s.params.N())] += n }

// extend counts what a change of modulus from so many primes takes besides the coefficients.
func (s *scratch) extend(primes int) {
	if primes > 1 {
		s.polys(1)
	}
}

// decompose counts the digits of some polynomials modulo QP.
func (s *scratch) decompose(level, count int) {
	digits, special := s.params.Digits(level), len(s.params.P)
	s.polys(level + 1 + count*digits*limbs(s.params, level))
	for d := range digits {
		s.extend(min(special, level+1-d*special))
	}
}

// divide counts the sums of a key switch modulo QP and their divisions. What is deferred is summed in the
// value's own buffer.
func (s *scratch) divide(v *he.Value) {
	d, primes, halves := s.divisions[v.ID], len(s.params.P), 2
	if d.Rescale != nil {
		primes++
	}
	if d.Deferred {
		halves = 1
	}
	s.polys(halves * limbs(s.params, v.Level))
	for range halves {
		s.extend(primes)
	}
}

func (s *scratch) onePass(v *he.Value, op he.Linear, forms *Forms) {
	s.decompose(v.Level, len(v.In))
	s.divide(v)
	sums := 0
	for _, t := range op.Terms {
		if t.Baby != 0 && !forms.HoldsProduct(v, t.Baby) {
			sums++
		}
	}
	if sums > 0 {
		s.blocks[tileWords(s.params.N(), sums)] += limbs(s.params, v.Level) * parts
	}
}

func (s *scratch) stepped(v *he.Value, op he.Linear) {
	qp, plain := limbs(s.params, v.Level), op.OnlyGiants() && !s.divisions.ReadBy(v)
	sums, babies := map[int]bool{}, map[[2]int]bool{}
	for _, t := range op.Terms {
		sums[t.Giant], babies[[2]int{t.Arg, t.Baby}] = true, true
	}
	s.decompose(v.Level, 1)                                       // of an inner sum
	s.polys(2*qp*min(he.InnerSums, len(sums)) + v.Level + 1 + qp) // inner sums, a half divided by P, one permuted
	s.divide(v)
	if plain {
		return
	}
	for range v.In {
		s.decompose(v.Level, 1)
	}
	s.polys(2 * qp * len(babies))
	delete(sums, 0)
	for range sums {
		s.extend(len(s.params.P))
	}
}

const (
	parts      = 2       // in which a limb of a sum is computed, so that threads get even shares
	tileBudget = 1 << 14 // words of a part of some sums that fits the cache
	matrixTile = 16      // coefficients that a matrix takes at a time
)

// tileWords is the words of a part of some sums: both halves of each, and a result.
func tileWords(n, sums int) int {
	tile := min(n, max(lanes, tileBudget/(2*sums)/lanes*lanes))
	return (2*sums + 1) * tile
}

// matrix counts the expanded halves of one chunk of streamed inputs, and a tile of operands for each task.
func (s *scratch) matrix(m *Matrix) {
	first := m.Rows[0]
	if m.Streamed {
		s.polys(min(ChunkOperands, len(m.Operands)) * (first.Level + 1))
	}
	for at := 0; at < len(m.Operands); at += ChunkOperands {
		terms := min(ChunkOperands, len(m.Operands)-at)
		words := matrixTile * terms
		if len(m.Rows)%matrixRows > 0 {
			words += s.params.N()
		}
		s.blocks[words] += (first.Degree + 1) * (first.Level + 1) * parts
	}
}
