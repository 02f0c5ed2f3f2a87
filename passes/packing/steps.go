package packing

import (
	"math"
	"math/bits"
	"sync"
)

// steps is how a polynomial is taken apart: k, and what that needs.
type steps struct {
	k        int // terms below it are added up as they are
	products int // of two ciphertexts
	relins   int // relinearisations
	depth    int
}

// PolyProducts says how many products of ciphertexts a polynomial with these terms takes, and its depth.
func PolyProducts(terms []bool) (products, depth int) {
	if isEven(terms) {
		s := stepsOf(everySecond(terms))
		return s.products + 1, s.depth + 1
	}
	s := stepsOf(terms)
	return s.products, s.depth
}

// stepsOf chooses k. Every level of depth makes all operations before it dearer. Of equal choices a power of
// two comes first: its T_m lie at the ends of depths, which leaves rescaling more room.
func stepsOf(terms []bool) steps {
	key := string(masked(terms))
	if s, ok := chosen.Load(key); ok {
		return s.(steps)
	}
	var best steps
	most := max(2, min(len(terms), mostBabySteps*int(math.Sqrt(float64(len(terms))))))
	for _, powers := range []bool{true, false} {
		for k := 2; k <= most; k++ {
			if s := stepsWith(terms, k); (k&(k-1) == 0) == powers && (best.k == 0 || s.work() < best.work()) {
				best = s
			}
		}
	}
	chosen.Store(key, best)
	return best
}

// chosen remembers choices, which packing asks for again and again.
var chosen sync.Map

func masked(terms []bool) []byte {
	key := make([]byte, len(terms))
	for n, used := range terms {
		if used {
			key[n] = 1
		}
	}
	return key
}

const (
	mostBabySteps  = 4   // how far the best k is from the root of the number of terms, at most
	productWork    = 0.3 // of a product, relative to a relinearisation
	levelsAtTheEnd = 4   // that other operations typically need
)

func (s steps) work() float64 {
	return (float64(s.relins) + productWork*float64(s.products)) * float64(s.depth+levelsAtTheEnd)
}

// stepsWith counts for one k.
func stepsWith(terms []bool, k int) steps {
	s := steps{k: k}
	made := map[int]bool{1: true}
	var take func(n int)
	take = func(n int) {
		if !made[n] {
			made[n] = true
			s.products, s.relins = s.products+1, s.relins+1
			take(n - n/2)
			take(n / 2)
		}
	}
	var walk func(terms []bool) (depth int, multiplied bool)
	walk = func(terms []bool) (depth int, multiplied bool) {
		d := highest(terms)
		if d < k {
			for i := 1; i <= d; i++ {
				if terms[i] {
					take(i)
					depth = powerDepth(i) + 1
				}
			}
			return depth, false
		}
		m := giantStep(d, k)
		take(m)
		q, r := divideTerms(terms[:d+1], m)
		own, again := walk(q)
		if highest(q) > 0 {
			s.products, multiplied = s.products+1, true
			if again {
				s.relins++
			}
		}
		depth, rest := walk(r)
		return max(depth, max(own, powerDepth(m))+1), multiplied || rest
	}
	depth, multiplied := walk(terms)
	if s.depth = depth; multiplied {
		s.relins++
	}
	return s
}

// giantStep is the largest k·2^i up to d.
func giantStep(d, k int) int {
	return k << (bits.Len(uint(d/k)) - 1)
}

// highest is the highest term, 0 if there is none.
func highest(terms []bool) int {
	for n := len(terms) - 1; n > 0; n-- {
		if terms[n] {
			return n
		}
	}
	return 0
}

// divideTerms says which terms divide leaves.
func divideTerms(terms []bool, m int) (q, r []bool) {
	q, r = make([]bool, len(terms)-m), append([]bool(nil), terms[:m]...)
	for n := m; n < len(terms); n++ {
		if q[n-m] = terms[n]; terms[n] && n > m {
			r[2*m-n] = true
		}
	}
	return q, r
}

// powerDepth is the depth of T_n.
func powerDepth(n int) int { return bits.Len(uint(n - 1)) }

// terms says which T_n some polynomial has.
func terms(coeffs [][]float64) []bool {
	out := make([]bool, len(coeffs[0]))
	for _, c := range coeffs {
		for n, x := range c {
			out[n] = out[n] || x != 0
		}
	}
	return out
}

// isOdd says whether polynomials with these terms are odd, and zero at zero.
func isOdd(terms []bool) bool {
	for n := 0; n < len(terms); n += 2 {
		if terms[n] {
			return false
		}
	}
	return true
}

// isEven says whether polynomials with these terms are even, and no number.
func isEven(terms []bool) bool {
	for n := 1; n < len(terms); n += 2 {
		if terms[n] {
			return false
		}
	}
	return len(terms) > 2
}

// everySecond takes the even places.
func everySecond[T any](v []T) []T {
	out := make([]T, 0, len(v)/2+1)
	for n := 0; n < len(v); n += 2 {
		out = append(out, v[n])
	}
	return out
}
