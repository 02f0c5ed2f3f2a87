package hecc_test

import (
	"context"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"hecc/backend/lattigo/crypt"
	"hecc/backend/lattigo/encoding"
	"hecc/backend/lattigo/eval"
	lattigo "hecc/backend/lattigo/params"
	"hecc/internal/graphtest"
	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/passes"
	"hecc/runtime/codec"
	"hecc/runtime/wire"
)

// shared is what an attacker sees: a plan, a response, and the results that the client showed.
type shared struct {
	plan     *plan.Plan
	response *wire.Response
	secret   []int8
	decoded  []codec.Run
	exact    [][]float64 // of the model
}

// share compiles a linear model whose samples fill all slots, and computes a full run on ciphertexts.
func share(t *testing.T, opts passes.Options) *shared {
	t.Helper()
	b := graphtest.NewBuilder(tensor.Imported, rand.New(rand.NewPCG(5, 6)))
	g := b.Output(b.Dense(b.Input(3), 2))
	opts.Throughput = true
	if opts.Calibration == nil {
		opts.InputRange = unitBox(3)
	}
	r, err := passes.Compile(context.Background(), g, opts)
	check(err)
	i := &r.Plan.Interface
	secret, err := crypt.GenerateSecretKey(i)
	check(err)
	keys, err := secret.EvaluationKeys()
	check(err)
	model, err := eval.Load(context.Background(), r.Plan)
	check(err)
	session, err := model.Open(context.Background(), keys)
	check(err)
	c, err := codec.NewCodec(i)
	check(err)
	rng := rand.New(rand.NewPCG(7, 8))
	samples := make([][]float64, i.Lanes)
	for s := range samples {
		samples[s] = []float64{2*rng.Float64() - 1, 2*rng.Float64() - 1, 2*rng.Float64() - 1}
	}
	runs, err := c.Runs(samples)
	check(err)
	request, err := secret.Encryptor().Encrypt(runs)
	check(err)
	s := &shared{plan: r.Plan, secret: secret.Wire().Coeffs}
	s.response, err = session.Run(context.Background(), request, nil)
	check(err)
	s.decoded, err = secret.Decryptor().Decrypt(s.response)
	check(err)
	e := tensor.NewEvaluator(r.Plan.Imported)
	for _, x := range samples {
		s.exact = append(s.exact, append([]float64(nil), run(t, e, x).Of(r.Plan.Imported.Primary().Node)...))
	}
	return s
}

// results are what the client shows.
func (s *shared) results(opts ...codec.Option) [][]float64 {
	c, err := codec.NewCodec(&s.plan.Interface, opts...)
	check(err)
	results, err := c.Results(s.decoded)
	check(err)
	out := make([][]float64, len(results))
	for k, r := range results {
		out[k] = r.Primary
	}
	return out
}

// keyFrom is the attack of Li and Micciancio (EUROCRYPT 2021): the results y, encoded, are c0 + c1·s of the response if they
// have all its digits, so s follows by a division. It counts the coefficients that are the secret's.
func (s *shared) keyFrom(y [][]float64) (right int) {
	i := &s.plan.Interface
	l, lanes := i.Output.Layout, i.Lanes
	slots := make([]float64, i.Params.Slots())
	for t, e := range l.Elements(0) {
		if e >= 0 {
			for lane := range lanes {
				slots[t*lanes+lane] = y[lane][e]
			}
		}
	}
	rings, err := lattigo.New(&i.Params)
	check(err)
	ring := rings.RingQ.AtLevel(0)
	m, key := ring.NewPoly(), ring.NewPoly()
	encoding.New(&i.Params).Encode(slots, i.Output.Scale, ring.SubRings[:1], m.Coeffs)
	q, ct := new(big.Int).SetUint64(i.Params.Q[0]), s.response.Runs[0].Cts[0]
	for k := range key.Coeffs[0] {
		d := new(big.Int).SetUint64(m.Coeffs[0][k])
		d.Sub(d, new(big.Int).SetUint64(ct.C0[0][k]))
		inverse := new(big.Int).ModInverse(new(big.Int).SetUint64(ct.C1[0][k]), q)
		key.Coeffs[0][k] = d.Mod(d.Mul(d, inverse), q).Uint64()
	}
	ring.INTT(key, key)
	for k, c := range s.secret {
		if want := (i.Params.Q[0] + uint64(int64(c))) % i.Params.Q[0]; key.Coeffs[0][k] == want {
			right++
		}
	}
	return right
}

// kept says whether results are within the promise.
func (s *shared) kept(t *testing.T, y [][]float64) {
	t.Helper()
	worst := 0.0
	for k := range y {
		worst = max(worst, distance(y[k], s.exact[k]))
	}
	if promised := s.plan.Interface.PredictedError; !(worst <= promised) {
		t.Errorf("off by %.3g, promised %.3g", worst, promised)
	} else {
		t.Logf("off by %.3g, promised %.3g", worst, promised)
	}
}

// TestKeyFromResults: the secret key follows from results with all their digits, which shows that the attack works, and not
// from what the client shows.
func TestKeyFromResults(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	calibration := make([][]float64, 200)
	for k := range calibration {
		calibration[k] = []float64{2*rng.Float64() - 1, 2*rng.Float64() - 1, 2*rng.Float64() - 1}
	}
	for name, opts := range map[string]passes.Options{"declared": {}, "calibrated": {Calibration: calibration}} {
		t.Run(name, func(t *testing.T) { attackResults(t, share(t, opts)) })
	}
}

func attackResults(t *testing.T, s *shared) {
	raw, n := s.results(codec.Raw()), len(s.secret)
	if got := s.keyFrom(raw); got != n {
		t.Errorf("from raw results follow %d of %d coefficients: the attack does not work", got, n)
	}
	rounded := s.results()
	if got := s.keyFrom(rounded); got > n/100 {
		t.Errorf("from rounded results follow %d of %d coefficients", got, n)
	}
	s.kept(t, rounded)
	changed, square, i := 0, 0.0, &s.plan.Interface
	for k, y := range rounded {
		for e, v := range y {
			if v != i.Rounded(v) {
				t.Fatalf("sample %d shows %v, which is not on the grid of %v", k, v, i.Rounding)
			}
			if v != i.Rounded(s.exact[k][e]) {
				changed++
			}
			square += (raw[k][e] - s.exact[k][e]) * (raw[k][e] - s.exact[k][e])
		}
	}
	deviation := math.Sqrt(square / float64(2*len(rounded)))
	t.Logf("a step is %.1f deviations of the noise, which shows in %.1f %% of rounded values", i.Rounding/deviation, 100*float64(changed)/float64(2*len(rounded)))
	if i.Rounding < 2*deviation {
		t.Error("the grid is too fine")
	}
}

// TestFlooding: results of a plan that was compiled for sharing are flooded by the noise that its promise counts.
func TestFlooding(t *testing.T) {
	const queries, target = 100_000, 0.01
	s := share(t, passes.Options{ShareResults: queries, TargetError: target})
	i, n := &s.plan.Interface, len(s.secret)
	if i.Flooding.Queries != queries || i.PredictedError > target {
		t.Errorf("flooding %+v, promised %.3g", i.Flooding, i.PredictedError)
	}
	y, again, raw := s.results(), s.results(), s.results(codec.Raw())
	s.kept(t, y)
	if got := s.keyFrom(y); got > n/100 {
		t.Errorf("from flooded results follow %d of %d coefficients", got, n)
	}
	var sum, noise float64
	for k := range y {
		for e := range y[k] {
			sum += (y[k][e] - again[k][e]) * (y[k][e] - again[k][e])
			noise = max(noise, math.Abs(raw[k][e]-s.exact[k][e]))
		}
	}
	deviation := math.Sqrt(sum / float64(2*2*len(y)))
	if want := math.Hypot(i.Flooding.Deviation, i.Rounding/math.Sqrt(12)); math.Abs(deviation/want-1) > 0.05 {
		t.Errorf("results spread by %.3g, flooding and rounding are %.3g", deviation, want)
	}
	least := math.Sqrt(12*queries*2) * math.Exp2(plan.FloodingSecurity/2)
	if ratio := i.Flooding.Deviation / noise; ratio < least {
		t.Errorf("flooding is 2^%.1f of the noise, must be 2^%.1f", math.Log2(ratio), math.Log2(least))
	}
}
