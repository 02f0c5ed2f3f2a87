package params_test

import (
	"math"
	"math/big"
	"strings"
	"testing"

	"hecc/ir/params"
)

// good is a set of parameters that Check accepts.
func good(t *testing.T) *params.Params {
	t.Helper()
	p := &params.Params{LogN: 13, Ring: params.ConjugateInvariant}
	primes := params.NewPrimes(p.NthRoot())
	for _, list := range []*[]uint64{&p.Q, &p.Q, &p.P} {
		q, err := primes.Nearest(50)
		if err != nil {
			t.Fatal(err)
		}
		*list = append(*list, q)
	}
	if err := p.Check(128); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestCheck(t *testing.T) {
	for name, c := range map[string]struct {
		mutate func(p *params.Params)
		want   string
	}{
		"small ring":     {func(p *params.Params) { p.LogN = 9 }, "ring degree 2^9 is outside 2^10 to 2^17"},
		"large ring":     {func(p *params.Params) { p.LogN = 18 }, "ring degree 2^18"},
		"negative ring":  {func(p *params.Params) { p.LogN = -1 }, "ring degree 2^-1"},
		"unknown ring":   {func(p *params.Params) { p.Ring = "x" }, `unknown ring "x"`},
		"no moduli":      {func(p *params.Params) { p.Q = nil }, "0 moduli and 1 special primes"},
		"twice":          {func(p *params.Params) { p.Q[1] = p.Q[0] }, "occurs twice"},
		"twice, special": {func(p *params.Params) { p.P[0] = p.Q[0] }, "occurs twice"},
		"too large":      {func(p *params.Params) { p.Q[0] = 1<<60 + 1 }, "more than 60 bits"},
		"root of unity":  {func(p *params.Params) { p.Q[0] = 1<<31 - 1 }, "is not 1 modulo 32768"},
		"composite":      {func(p *params.Params) { p.Q[0] = 32769 * 32769 }, "is not prime"},
		"one":            {func(p *params.Params) { p.Q[0] = 1 }, "is not prime"},
		"zero":           {func(p *params.Params) { p.Q[0] = 0 }, "is not 1 modulo"},
		"insecure":       {func(p *params.Params) { p.LogN = 12 }, "logQP 150.0 exceeds 106, the bound for 128-bit security at N=2^12"},
	} {
		p := good(t)
		c.mutate(p)
		if err := p.Check(128); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
	if good(t).Check(77) == nil {
		t.Error("77 bits of security are accepted")
	}
}

func TestSizes(t *testing.T) {
	p := good(t)
	if p.Slots() != 1<<13 || p.N() != 1<<13 || p.NthRoot() != 1<<15 || p.MaxLevel() != 1 {
		t.Errorf("%d slots, N %d, root %d, level %d", p.Slots(), p.N(), p.NthRoot(), p.MaxLevel())
	}
	if math.Abs(p.LogQP()-150) > 0.01 || math.Abs(p.LogQ(0)-50) > 0.01 || math.Abs(p.LogQ(1)-100) > 0.01 {
		t.Errorf("logQP %v, logQ %v and %v", p.LogQP(), p.LogQ(0), p.LogQ(1))
	}
	p.Ring = params.Standard
	if p.Slots() != 1<<12 || p.NthRoot() != 1<<14 {
		t.Errorf("standard ring: %d slots, root %d", p.Slots(), p.NthRoot())
	}
	for _, c := range []struct{ special, level, want int }{{1, 0, 1}, {1, 3, 4}, {2, 0, 1}, {2, 1, 1}, {2, 2, 2}, {3, 5, 2}, {3, 6, 3}} {
		p.P = make([]uint64, c.special)
		if got := p.Digits(c.level); got != c.want {
			t.Errorf("%d special primes at level %d: %d digits, want %d", c.special, c.level, got, c.want)
		}
	}
}

// TestSecurityTable: the bound grows with the ring, falls with the level, and agrees with Security.
func TestSecurityTable(t *testing.T) {
	for logN := params.MinLogN; logN <= params.MaxLogN; logN++ {
		last := math.Inf(1)
		for _, s := range params.SecurityLevels {
			limit := params.MaxLogQP(logN, s)
			if limit > 0 && (limit >= last || limit <= params.MaxLogQP(logN-1, s)) {
				t.Errorf("N=2^%d at %d bits: %v", logN, s, limit)
			}
			last = limit
		}
	}
	for _, c := range []struct {
		logN, security int
		want           float64
	}{{13, 128, 214}, {14, 192, 297}, {15, 256, 462}, {10, 192, 0}, {9, 128, 0}, {18, 128, 0}, {13, 100, 0}, {-1, 128, 0}} {
		if got := params.MaxLogQP(c.logN, c.security); got != c.want {
			t.Errorf("N=2^%d at %d bits: %v, want %v", c.logN, c.security, got, c.want)
		}
	}
	for _, c := range []struct{ logN, want int }{{12, 0}, {13, 128}, {14, 256}} {
		p := good(t)
		p.LogN = c.logN
		if got := p.Security(); got != c.want {
			t.Errorf("logQP 150 at N=2^%d: %d bits, want %d", c.logN, got, c.want)
		}
	}
}

// TestPrimes: those handed out are distinct NTT-friendly primes near the size asked for.
func TestPrimes(t *testing.T) {
	for _, logN := range []int{10, 13, 16} {
		root := params.NthRoot(logN, params.ConjugateInvariant)
		primes := params.NewPrimes(root)
		seen := map[uint64]bool{}
		for bits := math.Ceil(params.MinPrimeBits(root)); bits <= params.MaxPrimeBits; bits++ {
			for range 3 {
				q, err := primes.Nearest(bits)
				if err != nil {
					t.Fatalf("N=2^%d, %v bits: %v", logN, bits, err)
				}
				if seen[q] || q%root != 1 || q>>params.MaxPrimeBits != 0 || !new(big.Int).SetUint64(q).ProbablyPrime(10) {
					t.Errorf("N=2^%d, %v bits: %d", logN, bits, q)
				}
				if math.Abs(math.Log2(float64(q))-bits) > 3 || bits > 30 && math.Abs(math.Log2(float64(q))-bits) > 0.1 {
					t.Errorf("N=2^%d: asked for %v bits, got %v", logN, bits, math.Log2(float64(q)))
				}
				seen[q] = true
			}
		}
		if _, err := params.NewPrimes(root).Nearest(5); err == nil {
			t.Error("found a prime below the root of unity's order")
		}
	}
}
