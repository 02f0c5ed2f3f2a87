package bounds

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"hecc/internal/graphtest"
	"hecc/ir/span"
	"hecc/ir/tensor"
)

// exactRow is a map's row on numbers, without rounding.
func exactRow(m *tensor.Map, i int, x []*big.Float) *big.Float {
	number := func(x float64) *big.Float { return new(big.Float).SetPrec(2000).SetFloat64(x) }
	sum := number(m.Bias[i])
	col, val := m.Row(i)
	for l, c := range col {
		sum.Add(sum, new(big.Float).SetPrec(2000).Mul(number(val[l]), x[c]))
	}
	return sum
}

func encloses(s span.Span, x *big.Float) bool {
	return x.Cmp(new(big.Float).SetFloat64(s.Lo)) >= 0 && x.Cmp(new(big.Float).SetFloat64(s.Hi)) <= 0
}

// TestEnclosuresRoundOutwards: maps on a box that is a single point, where all that the enclosures can be
// wide by is what they allow for rounding, hold the exact values, and so does the square behind them.
func TestEnclosuresRoundOutwards(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := graphtest.Rand(t)
		n := rapid.IntRange(1, 40).Draw(t, "width")
		in := graphtest.Vector(rng, n, 1)
		box, x := Interval{in, in}, make([]*big.Float, n)
		for i, v := range in {
			x[i] = new(big.Float).SetPrec(2000).SetFloat64(v)
		}
		z := boxZonotope(box, 3*n)
		for range 3 { // huge entries cancel
			m := hugeMap(rng, n)
			op := tensor.Affine{Shape: []int{n}, Maps: []*tensor.Map{m}}
			next := make([]*big.Float, n)
			for i := range next {
				next[i] = exactRow(m, i, x)
			}
			x, box, z = next, AffineInterval(op, []Interval{box}), affineZonotope(op, []Zonotope{z})
			for i := range x {
				if !encloses(box.at(i), x[i]) || !encloses(z.Hull().at(i), x[i]) {
					t.Fatalf("element %d is %v, enclosed by %v and %v", i, x[i], box.at(i), z.Hull().at(i))
				}
			}
		}
		box, z = mulInterval(box, box, true), mulZonotope(z, z, true, n)
		for i := range x {
			square := new(big.Float).SetPrec(2000).Mul(x[i], x[i])
			if !encloses(box.at(i), square) || !encloses(z.Hull().at(i), square) {
				t.Fatalf("element %d squared is %v, enclosed by %v and %v", i, square, box.at(i), z.Hull().at(i))
			}
		}
	})
}

func hugeMap(rng *rand.Rand, n int) *tensor.Map {
	b := tensor.NewMapBuilder(n)
	for range n {
		big := 1e8 * rng.NormFloat64()
		for j := range n {
			b.Add(j, big*float64(1-2*(j%2))+rng.NormFloat64())
		}
		b.EndRow(rng.NormFloat64())
	}
	return b.Map()
}
