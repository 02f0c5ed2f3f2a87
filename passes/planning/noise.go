package planning

import (
	"math"
	"slices"

	"hecc/ir/he"
	"hecc/ir/params"
)

// noiseModel gives the variance, in a slot, of the noise that an operation adds.
//
// A polynomial whose coefficients have variance 1 has slots of variance `embed`: N in the
// standard ring, 2N in the conjugate-invariant ring, where coefficients count twice. All
// formulas follow from that, from rounding errors of variance 1/12, from the error's
// standard deviation σ, and from the variance 2/3 of a uniform ternary secret.
type noiseModel struct {
	embed float64
	p     *params.Params
}

func newNoiseModel(p *params.Params) noiseModel {
	e := float64(p.N())
	if p.Ring == params.ConjugateInvariant {
		e *= 2
	}
	return noiseModel{e, p}
}

const secretVariance = 2.0 / 3

// fresh is an encryption with the secret key: one error, and the rounding of the encoding.
func (m noiseModel) fresh(scale float64) float64 {
	return m.embed * (params.Sigma*params.Sigma + 1.0/12) / (scale * scale)
}

// freshPublic is what an encryption with the public key adds to that: it is made modulo
// P·Q and divided by P, which leaves the rounding.
func (m noiseModel) freshPublic(scale float64) float64 { return m.rounding(1, scale) }

// encoding is the rounding of a plaintext.
func (m noiseModel) encoding(scale float64) float64 { return m.embed / 12 / (scale * scale) }

// rounding is the rounding of a division: by a modulus, or by the special primes.
func (m noiseModel) rounding(degree int, scale float64) float64 {
	s := secretVariance * m.embed
	sum := 1 + s
	if degree == 2 {
		sum += s * s
	}
	return m.embed / 12 * sum / (scale * scale)
}

// keySwitch is the noise of one key switch before the division's rounding: digits that are
// uniform below q, times errors, over P.
func (m noiseModel) keySwitch(level int, scale float64) float64 {
	logP, alpha := 0.0, len(m.p.P)
	for _, p := range m.p.P {
		logP += math.Log2(float64(p))
	}
	sum := 0.0
	for d := 0; d <= level; d += alpha {
		logQ := 0.0
		for _, q := range m.p.Q[d:min(d+alpha, level+1)] {
			logQ += math.Log2(float64(q))
		}
		ratio := math.Exp2(logQ - logP)
		sum += ratio * ratio / 12
	}
	return sum * params.Sigma * params.Sigma * m.embed * m.embed / (scale * scale)
}

// energies are what the noise of an operation depends on besides scales and levels.
type energies struct {
	square func(v *he.Value) float64 // mean square of the slots of an operand
	diag   float64                   // largest Σ diag² of a Linear
}

// added is the variance that a planned operation adds to its value's slots.
func (m noiseModel) added(v *he.Value, e energies) float64 {
	switch op := v.Op.(type) {
	case he.Input:
		return m.fresh(v.Scale)
	case he.Linear:
		return m.linear(v, op, e)
	case he.MulPlain:
		return e.square(v.In[0]) * m.encoding(v.Scale/v.In[0].Scale)
	case he.AddPlain:
		return m.encoding(v.Scale)
	case he.Fold:
		return float64(len(op.Steps)-1)*m.keySwitch(v.Level, v.Scale) + m.rounding(1, v.Scale)
	case he.Relin:
		return m.keySwitch(v.Level, v.Scale) + m.rounding(1, v.Scale)
	case he.Rescale:
		return m.rounding(v.Degree, v.Scale)
	}
	return 0
}

func (m noiseModel) linear(v *he.Value, op he.Linear, e energies) float64 {
	sum, least := 0.0, math.Inf(1)
	for _, t := range op.Terms {
		in := v.In[t.Arg]
		sum += e.square(in) * m.encoding(v.Scale/in.Scale)
		least = min(least, in.Scale)
	}
	if op.IsElementwise() {
		return sum
	}
	_, giants := op.Rotations()
	sum += float64(len(giants))*m.keySwitch(v.Level, v.Scale) + float64(1+len(giants))*m.rounding(1, v.Scale)
	return sum + e.diag*m.keySwitch(v.Level, least)
}

// deviations is how many standard deviations the predicted error allows for: the largest
// of thousands of Gaussian values stays within it with probability 1 - 1e-5.
const deviations = 6

// outputErrors predicts the largest noise of any output, for inputs encrypted with the
// secret key and with the public key.
func (m noiseModel) outputErrors(a assigned, pr *profile) (secret, public float64) {
	outputs := len(pr.gain[a.origin[len(a.origin)-1]])
	variance, extra := make([]float64, outputs), make([]float64, outputs)
	for _, v := range a.c.Values {
		e := energies{func(in *he.Value) float64 { return pr.square[a.origin[in.ID]] }, pr.diag[a.origin[v.ID]]}
		added, public := m.added(v, e), 0.0
		if _, ok := v.Op.(he.Input); ok {
			public = m.freshPublic(v.Scale)
		}
		for k, g := range pr.gain[a.origin[v.ID]] {
			variance[k] += added * g
			extra[k] += (added + public) * g
		}
	}
	return deviations * math.Sqrt(slices.Max(variance)), deviations * math.Sqrt(slices.Max(extra))
}
