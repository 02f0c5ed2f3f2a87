package planning

import (
	"cmp"
	"context"
	"fmt"
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
	byShape map[string]shapeSize // and by which moduli are narrow, if that matters for memory
}

type shapeSize struct {
	memory    int64
	keyLevels []int
}

func newSizes(p *Planner, t Target) *sizes {
	return &sizes{p: p, t: t, byShape: map[string]shapeSize{}}
}

// fit says whether a candidate keeps the bounds.
func (s *sizes) fit(c Candidate) bool {
	if s.t.Most == (Size{}) {
		return true
	}
	size := s.of(c)
	return within(size.memory, s.t.Most.Memory) && s.keysFit(c, size.keyLevels)
}

// near says whether a candidate keeps the bounds or may do so once its moduli have other sizes.
func (s *sizes) near(c Candidate) bool {
	if s.t.Most == (Size{}) {
		return true
	}
	size, keys := s.of(c), s.t.Most.Keys
	return within(size.memory, s.t.Most.Memory) && (keys == 0 || s.keysNear(c, size.keyLevels, 0) <= keys+keys/refinedKeys)
}

// refinedKeys says by how much refining makes keys smaller: by one part in so many, about, since coefficients
// are written in whole bytes.
const refinedKeys = 4

func within(bytes, most int64) bool { return most == 0 || bytes <= most }

// keysFit says whether a candidate's keys keep the bound. Primes are near their ideal sizes; they are only
// looked for where it depends on them.
func (s *sizes) keysFit(c Candidate, levels []int) bool {
	most := s.t.Most.Keys
	switch {
	case most == 0 || s.keysNear(c, levels, primeSpread) <= most:
		return true
	case s.keysNear(c, levels, -primeSpread) > most:
		return false
	}
	return s.keys(c, levels) <= most
}

// primeSpread is how many bits primes are from their ideal sizes, about.
const primeSpread = 0.1

// of is what candidates of the shape of one take.
func (s *sizes) of(c Candidate) shapeSize {
	shape := c.shape()
	if s.t.Server == memory.IFMA {
		for _, q := range idealParams(s.p.logN, &c.ch, c.alpha, c.pBits).Q {
			shape += fmt.Sprint(" ", memory.IFMA.Narrow(q))
		}
	}
	size, ok := s.byShape[shape]
	if !ok {
		size = s.measure(c)
		s.byShape[shape] = size
	}
	return size
}

// measure builds the whole circuit of a candidate. What cannot be built fits nothing.
func (s *sizes) measure(c Candidate) shapeSize {
	a, err := s.p.structure.assign(&c.ch, c.ch.ideal())
	if err != nil {
		return shapeSize{memory: math.MaxInt64}
	}
	a.c.Params = idealParams(s.p.logN, &c.ch, c.alpha, c.pBits)
	return shapeSize{memory.Of(a.c, s.t.Server).Server(), memory.KeyLevels(a.c)}
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

// smallest searches by size what a search by time has not found: it refines shapes, the smallest first, until
// one meets the error. If none of the smallest does, it is what the search by time finds without bounds. It is
// false if that does not fit; see Candidate.Least.
func (s *sizes) smallest(ctx context.Context, coarse []Candidate, mostAccurate map[string]Candidate) (Candidate, bool) {
	cheapest := map[string]Candidate{}
	for _, c := range coarse { // by ascending cost
		if _, ok := cheapest[c.shape()]; !ok {
			cheapest[c.shape()] = c
		}
	}
	bytes := func(shape string) int64 {
		c := cheapest[shape]
		size := s.of(c)
		if s.t.Most.Keys == 0 {
			return size.memory
		}
		return s.keysNear(c, size.keyLevels, 0)
	}
	shapes := slices.Sorted(maps.Keys(cheapest))
	slices.SortStableFunc(shapes, func(a, b string) int { return cmp.Compare(bytes(a), bytes(b)) })
	refined := 0
	for _, shape := range shapes {
		if mostAccurate[shape].error > maxErrors[0]*s.t.Error {
			continue
		}
		if refined++; refined > maxRefined {
			break
		}
		if c, ok := s.p.refineShape(ctx, cheapest[shape], mostAccurate[shape], s.t); ok && s.p.primesMeet(c, s.t) {
			return s.sized(c), s.fit(c)
		}
	}
	unbounded := s.t
	unbounded.Most = Size{}
	if c, _, ok := s.p.cheapest(ctx, unbounded); ok && s.p.primesMeet(c, s.t) {
		return s.sized(c), s.fit(c)
	}
	return Candidate{}, false
}

// sized notes in a candidate what it takes.
func (s *sizes) sized(c Candidate) Candidate {
	size := s.of(c)
	c.least = Size{s.keys(c, size.keyLevels), size.memory}
	return c
}
