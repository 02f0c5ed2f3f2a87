package planning

import (
	"math"

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
	embed  float64
	digits []float64 // see digitVariances
	public bool      // there is a public key
}

func newNoiseModel(p *params.Params) noiseModel {
	e := float64(p.N())
	if p.Ring == params.ConjugateInvariant {
		e *= 2
	}
	return noiseModel{e, digitVariances(p), len(p.P) > 0}
}

const secretVariance = 2.0 / 3

// fresh is an encryption with the secret key: one error, and the rounding of the encoding.
func (m noiseModel) fresh(scale float64) float64 {
	return m.embed * (params.Sigma*params.Sigma + 1.0/12) / (scale * scale)
}

// freshPublic is what an encryption with the public key adds to that: it is made modulo
// P·Q and divided by P, which leaves the rounding.
func (m noiseModel) freshPublic(scale float64) float64 { return m.rounding(1, scale) }

// encoding is the rounding of a plaintext: of all its coefficients, or of the only one that
// a single number has.
func (m noiseModel) encoding(number bool, scale float64) float64 {
	variance := 1.0 / 12
	if !number {
		variance *= m.embed
	}
	return variance / (scale * scale)
}

func isNumber(p he.Plaintext) bool {
	_, ok := he.Number(p)
	return ok
}

// rounding is the rounding of a division: by a modulus, or by the special primes.
func (m noiseModel) rounding(degree int, scale float64) float64 {
	s := secretVariance * m.embed
	sum := 1 + s
	if degree == 2 {
		sum += heavyTail * s * s
	}
	return m.embed / 12 * sum / (scale * scale)
}

// heavyTail raises the variance of rounding at degree 2. There the error meets the square of
// the secret, whose slots are far from Gaussian: their fourth moment is 3 times that of a
// Gaussian's variance squared, and the largest of all slots is 16 times the mean.
const heavyTail = 16

// keySwitch is the noise of one key switch before the division's rounding: digits that are
// uniform below q, times errors, over P.
func (m noiseModel) keySwitch(level int, scale float64) float64 {
	return m.digits[level] * params.Sigma * params.Sigma * m.embed * m.embed / (scale * scale)
}

// digitVariances is, by level, the variance of the digits that a key switch multiplies errors with, over P².
func digitVariances(p *params.Params) []float64 {
	logP, alpha := 0.0, len(p.P)
	for _, p := range p.P {
		logP += math.Log2(float64(p))
	}
	out := make([]float64, len(p.Q))
	for first, whole := 0, 0.0; alpha > 0 && first < len(p.Q); first += alpha {
		logQ, sum := 0.0, 0.0
		for level := first; level < min(first+alpha, len(p.Q)); level++ {
			logQ += math.Log2(float64(p.Q[level]))
			sum = math.Exp2(2*(logQ-logP)) / 12
			out[level] = whole + sum
		}
		whole += sum
	}
	return out
}

// noise is the variance that an operation adds: the same to every slot, and per unit of
// the energy of the rotated diagonals in a slot.
type noise struct{ uniform, perEnergy float64 }

// linearTerms is what the noise of a Linear depends on, counted once.
type linearTerms struct {
	giants           int       // giant steps that rotate
	elementwise      bool      // no rotations at all
	coincidence      float64   // of the operands: see findCoincidences
	numbers, vectors []float64 // by operand: diagonals of one number, and with a number for each slot
}

func countTerms(op he.Linear, operands int) linearTerms {
	_, giants := op.Rotations()
	n := linearTerms{len(giants), op.IsElementwise(), 1, make([]float64, operands), make([]float64, operands)}
	for _, t := range op.Terms {
		if isNumber(t.Diag) {
			n.numbers[t.Arg]++
		} else {
			n.vectors[t.Arg]++
		}
	}
	return n
}

// countAllTerms counts the terms of each Linear of a circuit, by ID.
func countAllTerms(c *he.Circuit) []linearTerms {
	out := make([]linearTerms, len(c.Values))
	for i, v := range c.Values {
		if op, ok := v.Op.(he.Linear); ok {
			out[i] = countTerms(op, len(v.In))
		}
	}
	return out
}

// added is the noise of a planned operation; terms are those of a Linear, square gives the mean square of an
// operand's slots.
func (m noiseModel) added(v *he.Value, terms linearTerms, square func(*he.Value) float64) noise {
	switch op := v.Op.(type) {
	case he.Input:
		return noise{uniform: m.fresh(v.Scale)}
	case he.Linear:
		return m.linear(v, terms, square)
	case he.MulPlain:
		return noise{uniform: square(v.In[0]) * m.encoding(isNumber(op.Plain), v.Scale/v.In[0].Scale)}
	case he.AddPlain:
		return noise{uniform: m.encoding(isNumber(op.Plain), v.Scale)}
	case he.Fold:
		return noise{uniform: float64(len(op.Steps)-1)*m.keySwitch(v.Level, v.Scale) + m.rounding(1, v.Scale)}
	case he.Relin:
		return noise{uniform: m.keySwitch(v.Level, v.Scale) + m.rounding(1, v.Scale)}
	case he.Rescale:
		return noise{uniform: m.rounding(v.Degree, v.Scale)}
	case he.Add, he.Sub, he.Mul: // exact on ciphertexts; how Mul mixes the noise of its operands is in second.go
		return noise{}
	}
	panic("planning: no noise for " + v.Op.Name())
}

func (m noiseModel) linear(v *he.Value, terms linearTerms, square func(*he.Value) float64) noise {
	encoding, switches := m.encodingOf(v, terms, square), m.switchesOf(v, terms)
	return noise{encoding.uniform + switches.uniform, switches.perEnergy}
}

// encodingOf is the rounding of a Linear's diagonals.
func (m noiseModel) encodingOf(v *he.Value, terms linearTerms, square func(*he.Value) float64) (n noise) {
	for k, in := range v.In {
		scale := v.Scale / in.Scale
		n.uniform += terms.coincidence * square(in) * (terms.numbers[k]*m.encoding(true, scale) + terms.vectors[k]*m.encoding(false, scale))
	}
	return n
}

// switchesOf is the noise of a Linear's rotations.
func (m noiseModel) switchesOf(v *he.Value, terms linearTerms) noise {
	if terms.elementwise {
		return noise{}
	}
	least := math.Inf(1)
	for _, in := range v.In {
		least = min(least, in.Scale)
	}
	giants := float64(terms.giants)
	return noise{
		uniform:   giants*m.keySwitch(v.Level, v.Scale) + (1+giants)*m.rounding(1, v.Scale),
		perEnergy: m.keySwitch(v.Level, least),
	}
}

// Deviations is how many standard deviations of noise the predicted error includes: the largest
// of 10,000 Gaussian values stays within it with probability 0.994.
const Deviations = 5

// outputErrors predicts the largest noise of any output, for inputs encrypted with the
// secret key and with the public key.
func (m noiseModel) outputErrors(a assigned, pr *profile) (secret, public float64) {
	more := make([]float64, len(a.c.Values))
	for i, v := range a.c.Values {
		if _, ok := v.Op.(he.Input); ok && m.public {
			more[i] = m.freshPublic(v.Scale)
		}
	}
	return m.secretError(a, pr), m.outputError(a, pr, more)
}

// secretError is the first of these.
func (m noiseModel) secretError(a assigned, pr *profile) float64 {
	return m.outputError(a, pr, make([]float64, len(a.c.Values)))
}

// outputError is the largest noise of any output, where values have some more than operations add.
func (m noiseModel) outputError(a assigned, pr *profile, more []float64) float64 {
	square := func(v *he.Value) float64 { return pr.square[a.origin[v.ID]] }
	variance, added := make([]float64, len(pr.gain[0])), make([]noise, len(a.c.Values))
	for i, v := range a.c.Values {
		from := a.origin[v.ID]
		n := m.added(v, pr.terms[from], square)
		for k, gain := range pr.gain[from] {
			out := n.uniform*gain + n.perEnergy*pr.rotatedGain[from][k]
			if more[i] > 0 {
				out += more[i] * gain
			}
			variance[k] += out
		}
		added[i] = noise{n.uniform + more[i], n.perEnergy}
	}
	return largestError(variance, m.secondOrder(a, pr, added))
}

// keyError is the part of an output's noise that decryption with the key leaves in it: not the rounding of
// weights, which is the same whatever the key is. It is for circuits that switch no keys.
func (m noiseModel) keyError(a assigned, pr *profile) float64 {
	variance := make([]float64, len(pr.gain[0]))
	square := func(v *he.Value) float64 { return pr.square[a.origin[v.ID]] }
	for _, v := range a.c.Values {
		if v.Op.Rule().Scale == he.ScaleByPlain {
			continue
		}
		from := a.origin[v.ID]
		for k, gain := range pr.gain[from] {
			variance[k] += m.added(v, pr.terms[from], square).uniform * gain
		}
	}
	return largestError(variance, make([]float64, len(variance)))
}

// largestError is the largest of the outputs' errors.
func largestError(variance, mean []float64) float64 {
	worst := 0.0
	for k, v := range variance {
		worst = max(worst, Deviations*math.Sqrt(v)+mean[k])
	}
	return worst
}
