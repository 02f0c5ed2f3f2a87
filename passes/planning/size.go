package planning

import (
	"cmp"
	"context"
	"maps"
	"math"
	"slices"

	"hecc/ir/memory"
)

// Size is what a plan takes, in bytes. In a bound, 0 stands for none.
type Size struct {
	Keys   int64 // the file of evaluation keys
	Memory int64 // of the server, for the model, one session and one run
}

// Least is, where no candidate met the target, the least of each size that one would take which meets the
// error; 0 if none does that, or nothing is bounded.
func (c Candidate) Least() Size { return c.least }

// Merge merges what two searches found; 0 stands for nothing.
func (s Size) Merge(other Size) Size {
	return Size{leastKnown(s.Keys, other.Keys), leastKnown(s.Memory, other.Memory)}
}

func leastKnown(a, b int64) int64 {
	if a == 0 || b == 0 {
		return max(a, b)
	}
	return min(a, b)
}

// maxSpecialBounded is how many special primes are tried where sizes are bounded: keys have as many digits as
// moduli to special primes, and more of these cost time.
const maxSpecialBounded = 8

func (t Target) maxSpecial() int {
	if t.Most != (Size{}) {
		return maxSpecialBounded
	}
	return maxSpecial
}

// sizes compares candidates with the target's bounds. Candidates of one shape have the same limbs, and so
// the same memory; their files of keys differ by the sizes of primes.
type sizes struct {
	p       *Planner
	t       Target
	byShape map[string]shapeSize
	beyond  map[string]Candidate // by shape; the cheapest that does not fit
	found   Size                 // see Candidate.Least
}

type shapeSize struct {
	memory    int64
	keyLevels []int
}

func newSizes(p *Planner, t Target) *sizes {
	return &sizes{p: p, t: t, byShape: map[string]shapeSize{}, beyond: map[string]Candidate{}}
}

// fit says whether a candidate keeps the bounds.
func (s *sizes) fit(c Candidate) bool {
	if s.t.Most == (Size{}) {
		return true
	}
	shape := c.shape()
	size, ok := s.byShape[shape]
	if !ok {
		size = s.measure(c)
		s.byShape[shape] = size
	}
	if s.within(c, size) {
		return true
	}
	if _, ok := s.beyond[shape]; !ok {
		s.beyond[shape] = c
	}
	if c.error <= s.t.Error {
		s.found = s.found.Merge(Size{s.keys(c, size.keyLevels), size.memory})
	}
	return false
}

// within compares a candidate. Primes are near their ideal sizes; they are only looked for where it depends
// on them.
func (s *sizes) within(c Candidate, size shapeSize) bool {
	if most := s.t.Most.Memory; most > 0 && size.memory > most {
		return false
	}
	most := s.t.Most.Keys
	switch {
	case most == 0 || s.keysNear(c, size.keyLevels, primeSpread) <= most:
		return true
	case s.keysNear(c, size.keyLevels, -primeSpread) > most:
		return false
	}
	return s.keys(c, size.keyLevels) <= most
}

// primeSpread is how many bits primes are from their ideal sizes, about.
const primeSpread = 0.1

// measure builds the whole circuit of a candidate. What cannot be built fits nothing.
func (s *sizes) measure(c Candidate) shapeSize {
	a, err := s.p.structure.assign(&c.ch, c.ch.ideal())
	if err != nil {
		return shapeSize{memory: math.MaxInt64}
	}
	a.c.Params = idealParams(s.p.logN, &c.ch, c.alpha, c.pBits)
	return shapeSize{memory.Of(a.c, memory.Any).Server(), memory.KeyLevels(a.c)}
}

// keys is the length of a candidate's file of keys.
func (s *sizes) keys(c Candidate, levels []int) int64 {
	ps, _, err := s.p.primes(c)
	if err != nil {
		return math.MaxInt64
	}
	return memory.KeyFileBytes(ps, levels)
}

// keysNear is that with ideal moduli which are larger by some bits.
func (s *sizes) keysNear(c Candidate, levels []int, bits float64) int64 {
	ps := idealParams(s.p.logN, &c.ch, c.alpha, c.pBits)
	for _, list := range [][]uint64{ps.Q, ps.P} {
		for i, q := range list {
			list[i] = uint64(float64(q) * math.Exp2(bits))
		}
	}
	return memory.KeyFileBytes(ps, levels)
}

// least refines shapes that do not fit, the smallest first, until one meets the error.
func (s *sizes) least(ctx context.Context, mostAccurate map[string]Candidate) Size {
	bound := func(shape string) int64 {
		if s.t.Most.Keys > 0 {
			return s.keysNear(s.beyond[shape], s.byShape[shape].keyLevels, 0)
		}
		return s.byShape[shape].memory
	}
	shapes := slices.Sorted(maps.Keys(s.beyond))
	slices.SortStableFunc(shapes, func(a, b string) int { return cmp.Compare(bound(a), bound(b)) })
	for _, shape := range shapes[:min(maxRefined, len(shapes))] {
		c, ok := mostAccurate[shape]
		if !ok || c.error > maxErrors[0]*s.t.Error {
			continue
		}
		if c = s.p.refine(ctx, c, s.t, s.p.widest(c)); c.error <= s.t.Error {
			s.fit(c) // which notes its size
			break
		}
	}
	return s.found
}
