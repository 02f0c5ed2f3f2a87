package approx

import (
	"math"

	"hecc/ir/span"
	"hecc/ir/tensor"
)

// series is a Chebyshev series as a function of the angle, Σ c_k cos kθ, with bounds of its derivatives and
// of rounding.
type series struct {
	c             []float64
	slope         []float64 // -p'(θ)/sin θ = Σ slope_j U_j(cos θ)
	maxSlope      float64   // bound of |p'|
	maxCurvature  float64   // bound of |p''|
	roundoff      float64   // bound of the rounding error of p, with cos θ rounded
	slopeRoundoff float64   // bound of the rounding error of p'
}

func newSeries(c []float64) *series {
	s := &series{c: c}
	for k, a := range c {
		if k > 0 {
			s.slope = append(s.slope, float64(k)*a)
		}
		s.maxSlope += float64(k) * math.Abs(a)
		s.maxCurvature += float64(k) * float64(k) * math.Abs(a)
	}
	s.maxSlope += span.Roundoff(len(c), s.maxSlope)
	s.maxCurvature += span.Roundoff(len(c), s.maxCurvature)
	s.roundoff = clenshawRoundoff(c) + cosineRoundoff*s.maxCurvature
	s.slopeRoundoff = clenshawRoundoff(s.slope) + cosineRoundoff*float64(len(c))*s.maxCurvature + span.Roundoff(2, s.maxSlope)
	return s
}

// cosineRoundoff bounds the errors of sines and cosines.
const cosineRoundoff = 0x1p-51

// clenshawRoundoff bounds the rounding error of Clenshaw's recurrence. The error of step k acts like a change
// of c_k, and |T_k| and |sin θ U_k| are at most 1 (Elliott, Error analysis of an algorithm for summing
// certain finite series, 1968).
func clenshawRoundoff(c []float64) float64 {
	var loss, sum, first, second float64 // first and second bound |b_{k+1}| and |b_{k+2}|
	for k := len(c) - 1; k >= 0; k-- {
		loss += 2*first + second + math.Abs(c[k])
		sum += math.Abs(c[k])
		first, second = first+sum, first
	}
	return 0x1p-51 * loss * (1 + 0x1p-20)
}

// at encloses p at an angle.
func (s *series) at(angle float64) span.Span {
	return span.Around(tensor.Clenshaw(s.c, math.Cos(angle)), s.roundoff)
}

// slopeAt encloses p' at an angle.
func (s *series) slopeAt(angle float64) span.Span {
	t, u, before := 2*math.Cos(angle), 0.0, 0.0
	for j := len(s.slope) - 1; j >= 0; j-- {
		u, before = t*u-before+s.slope[j], u
	}
	return span.Around(-math.Sin(angle)*u, s.slopeRoundoff)
}

// near encloses p at all angles within r of the given one.
func (s *series) near(angle, r float64) span.Span {
	slope := min(s.maxSlope, s.slopeAt(angle).Size()+r*s.maxCurvature)
	return s.at(angle).Add(span.Around(0, span.Up(r*slope)))
}

// Range encloses a series on [-1, 1]: its values on a grid, and between the points what its derivatives
// allow.
func Range(c []float64) span.Span {
	s := newSeries(c)
	grid := 16 * len(c)
	r := math.Pi / float64(2*grid) * (1 + 0x1p-40)
	out := s.at(0)
	for i := range grid {
		out = out.Join(s.near(math.Pi*(float64(i)+0.5)/float64(grid), r))
	}
	return out
}
