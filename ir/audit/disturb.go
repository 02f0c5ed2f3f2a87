package audit

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"hecc/ir/he"
	"hecc/ir/params"
	"hecc/ir/plan"
)

// noiseSampler draws the errors of one run as they appear in the slots. A polynomial with independent
// coefficients of deviation s has slots that are nearly Gaussian with deviation s·embed: √N for N
// coefficients, and √(2N) in the conjugate-invariant ring, where each coefficient counts twice. The slots of
// a product are the products of the slots, which gives the products of errors and the secret.
type noiseSampler struct {
	c      *he.Circuit
	public bool
	rng    *rand.Rand
	embed  float64
	secret []float64 // the slots of the secret
	values [][]float64
	buf    []float64 // for plaintexts
	only   Term      // the errors of other terms are drawn, and left out; "": all are added
	sign   float64   // of all errors

	overflow error // of the first value that overflows because of its noise
}

// release floods and rounds decrypted values as the client does.
func (n *noiseSampler) release(i *plan.Interface, x []float64) {
	for k := range x {
		x[k] = i.Rounded(x[k] + i.Flooding.Deviation*n.rng.NormFloat64())
	}
}

func newNoise(c *he.Circuit, public bool, run int) *noiseSampler {
	n := &noiseSampler{c: c, public: public, rng: stream(fmt.Sprint("noise ", run)), values: make([][]float64, len(c.Values)), buf: make([]float64, c.Slots), sign: 1}
	coefficients := float64(c.Params.N())
	if c.Params.Ring == params.ConjugateInvariant {
		coefficients *= 2
	}
	n.embed = math.Sqrt(coefficients)
	n.secret = make([]float64, c.Slots)
	for t := range n.secret {
		n.secret[t] = n.draw(math.Sqrt(2.0 / 3)) // ternary, uniform
	}
	return n
}

// draw is one slot of a polynomial whose coefficients have the given deviation.
func (n *noiseSampler) draw(deviation float64) float64 {
	return deviation * n.embed * n.rng.NormFloat64()
}

var roundingError = math.Sqrt(1.0 / 12) // uniform in [-1/2, 1/2]

// disturb adds the noise of an operation to the slots of its value. The slots of the operands are still held.
func (n *noiseSampler) disturb(v *he.Value, slots []float64) {
	switch op := v.Op.(type) {
	case he.Input:
		for t := range slots {
			slots[t] += n.weight(Fresh) * (n.draw(params.Sigma) + n.draw(roundingError)) / v.Scale
		}
		if n.public { // made modulo P·Q and divided by P
			n.divide(slots, Fresh, 1, v.Scale)
		}
	case he.Linear:
		n.linear(v, op, slots)
	case he.Fold:
		for range len(rotations(op)) {
			n.switchKey(slots, v.Level, v.Scale)
		}
		n.divide(slots, KeySwitch, 1, v.Scale)
	case he.Relin:
		n.switchKey(slots, v.Level, v.Scale)
		n.divide(slots, KeySwitch, 1, v.Scale)
	case he.Rescale:
		n.divide(slots, Rescale, v.Degree, v.Scale)
	case he.MulPlain:
		x := n.values[v.In[0].ID]
		n.encode(op.Plain.Dense(n.buf), v.Scale/v.In[0].Scale, func(t int, e float64) { slots[t] += e * x[t] })
	case he.AddPlain:
		n.encode(op.Plain.Dense(n.buf), v.Scale, func(t int, e float64) { slots[t] += e })
	case he.Add, he.Sub, he.Mul: // exact on ciphertexts
	default:
		panic("audit: no noise for " + v.Op.Name())
	}
	n.values[v.ID] = slots
	if n.overflow == nil {
		n.overflow = overflows(n.c, v, largest(slots))
	}
}

func largest(slots []float64) float64 {
	most := 0.0
	for _, y := range slots {
		most = max(most, math.Abs(y))
	}
	return most
}

// overflows is an error if a value with slots up to a size wraps around its modulus. Coefficients are not
// larger than the largest slot.
func overflows(c *he.Circuit, v *he.Value, most float64) error {
	if limit := c.Params.LogQ(v.Level) - 1 - math.Log2(v.Scale); !(math.Log2(most) <= limit) {
		return fmt.Errorf("by its noise %s reaches %.3g in some slot, half of its modulus allows %.3g", at(v), most, math.Exp2(limit))
	}
	return nil
}

// weight is what an error of a term is multiplied by.
func (n *noiseSampler) weight(t Term) float64 {
	if n.only != "" && n.only != t {
		return 0
	}
	return n.sign
}

// divide adds the rounding error of a division of a ciphertext: each of its polynomials has an error of at
// most a half in every coefficient, and is multiplied by its power of the secret.
func (n *noiseSampler) divide(slots []float64, of Term, degree int, scale float64) {
	weight := n.weight(of)
	for t := range slots {
		e, s := 0.0, 1.0
		for range degree + 1 {
			e += s * n.draw(roundingError)
			s *= n.secret[t]
		}
		slots[t] += weight * e / scale
	}
}

// switchKey adds the error of a key switch: the sum of each digit, uniform below its modulus, times an error
// of the key, divided by the special primes. In a slot it is a product of two Gaussian numbers.
func (n *noiseSampler) switchKey(slots []float64, level int, scale float64) {
	d, weight := n.keyError(level)/scale, n.weight(KeySwitch)
	for t := range slots {
		slots[t] += weight * n.draw(d) * n.rng.NormFloat64()
	}
}

// keyError is the deviation of a coefficient after a key switch.
func (n *noiseSampler) keyError(level int) float64 {
	logP, sum := 0.0, 0.0
	for _, p := range n.c.Params.P {
		logP += math.Log2(float64(p))
	}
	size := len(n.c.Params.P) // moduli in a digit
	for from := 0; from <= level; from += size {
		digit := -logP
		for _, q := range n.c.Params.Q[from:min(from+size, level+1)] {
			digit += math.Log2(float64(q))
		}
		sum += math.Exp2(2 * digit)
	}
	return roundingError * math.Sqrt(sum) * params.Sigma * n.embed
}

// encode draws the rounding of a plaintext: of every coefficient, or of the only one of a single number.
func (n *noiseSampler) encode(p he.Plain, scale float64, add func(t int, e float64)) {
	weight := n.weight(Encoding)
	if len(p) == 1 {
		e := weight * roundingError * n.rng.NormFloat64() / scale
		for t := range n.c.Slots {
			add(t, e)
		}
		return
	}
	period := periodOf(p)
	rounding := roundingError * math.Sqrt(float64(period)/float64(len(p))) / scale
	inexact := unitRoundoff * math.Log2(float64(n.c.Slots)) * rootMeanSquare(p)
	for t := range period {
		e := weight * (n.draw(rounding) + inexact*n.rng.NormFloat64())
		for ; t < len(p); t += period {
			add(t, e)
		}
	}
}

// periodOf is the least power of two after which slots repeat. A plaintext with such a period is fixed by the
// rotation by it, so it lies in a subring: of its coefficients only the share period/slots is not zero and has
// to be rounded, and what rounding makes of it repeats as well.
func periodOf(p he.Plain) int {
	period := len(p)
	for half := period / 2; half > 0 && slices.Equal(p[:half], p[half:period]); half /= 2 {
		period = half
	}
	return period
}

// unitRoundoff is the error of each layer of the encoder's transform in float64, relative to the root mean
// square of the slots.
const unitRoundoff = 0x1p-53

func rootMeanSquare(p he.Plain) float64 {
	sum := 0.0
	for _, x := range p {
		sum += x * x
	}
	return math.Sqrt(sum / float64(len(p)))
}

// linear adds the noise of a sum of diagonals: the rounding of each, a key switch for each baby step before
// its diagonals, one for each giant step, and a division for every inner sum.
func (n *noiseSampler) linear(v *he.Value, op he.Linear, slots []float64) {
	mask := len(slots) - 1
	type rotation struct{ arg, by int }
	errors := map[rotation][]float64{}
	giants := map[int]bool{}
	for _, term := range op.Terms {
		x := v.In[term.Arg]
		value := n.values[x.ID]
		diag := term.Diag.Dense(n.buf)
		n.encode(diag, v.Scale/x.Scale, func(t int, e float64) {
			slots[(t-term.Giant)&mask] += e * value[(t+term.Baby)&mask]
		})
		giants[term.Giant] = true
		if term.Baby == 0 {
			continue
		}
		key := rotation{term.Arg, term.Baby}
		if errors[key] == nil {
			errors[key] = make([]float64, len(slots))
			n.switchKey(errors[key], v.Level, x.Scale)
		}
		for t, e := range errors[key] {
			slots[(t-term.Giant)&mask] += diag.At(t) * e
		}
	}
	if op.IsElementwise() {
		return
	}
	for range giants {
		n.divide(slots, KeySwitch, 1, v.Scale)
	}
	for range len(giants) - boolInt(giants[0]) {
		n.switchKey(slots, v.Level, v.Scale)
	}
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
