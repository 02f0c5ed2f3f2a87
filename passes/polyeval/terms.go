package polyeval

// Terms says which T_n occur in any of the polynomials.
func Terms(coeffs [][]float64) []bool {
	out := make([]bool, len(coeffs[0]))
	for _, c := range coeffs {
		for n, x := range c {
			out[n] = out[n] || x != 0
		}
	}
	return out
}

// All are the terms of a polynomial of degree d with all terms.
func All(d int) []bool {
	terms := make([]bool, d+1)
	for n := range terms {
		terms[n] = true
	}
	return terms
}

// IsOdd says whether polynomials with these terms are odd, and zero at zero.
func IsOdd(terms []bool) bool {
	for n := 0; n < len(terms); n += 2 {
		if terms[n] {
			return false
		}
	}
	return true
}

// isEven says whether polynomials with these terms are even and not constant.
func isEven(terms []bool) bool {
	for n := 1; n < len(terms); n += 2 {
		if terms[n] {
			return false
		}
	}
	return len(terms) > 2
}

// EverySecond takes the elements at even places.
func EverySecond[T any](v []T) []T {
	out := make([]T, 0, len(v)/2+1)
	for n := 0; n < len(v); n += 2 {
		out = append(out, v[n])
	}
	return out
}
