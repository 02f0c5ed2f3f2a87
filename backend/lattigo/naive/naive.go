package naive

import (
	"fmt"
	"math/bits"
	"slices"
	"time"

	"github.com/tuneinsight/lattigo/v5/core/rlwe"
	"github.com/tuneinsight/lattigo/v5/he/hefloat"
	"github.com/tuneinsight/lattigo/v5/ring"
	"github.com/tuneinsight/lattigo/v5/utils/bignum"

	"hecc/ir/he"
	"hecc/ir/params"
	"hecc/ir/tensor"
)

// Model is a network with its keys, ready to run. Not safe for concurrent use.
type Model struct {
	params    hefloat.Parameters
	slots     ring.Dimensions // log2 of the padded square's side
	out       int             // elements of the result
	encoder   *hefloat.Encoder
	encryptor *rlwe.Encryptor
	decryptor *rlwe.Decryptor
	eval      *hefloat.Evaluator
	linear    *hefloat.LinearTransformationEvaluator
	poly      *hefloat.PolynomialEvaluator
	steps     []step
}

// step computes a layer.
type step func(*rlwe.Ciphertext) (*rlwe.Ciphertext, error)

// maxBytes bounds keys and diagonals.
const maxBytes = 12 << 30

// New prepares an imported graph. Functions become polynomials of the given degree, one for a layer,
// on the range that their arguments have on the samples. The error says why the model
// cannot be expressed.
func New(g *tensor.Graph, degree int, samples [][]float64) (*Model, error) {
	layers, err := chain(g)
	if err != nil {
		return nil, err
	}
	if layers, err = unitArguments(g, layers, samples); err != nil {
		return nil, err
	}
	m := &Model{out: g.Input().Size()}
	side := m.out
	for _, l := range layers {
		if l.matrix != nil {
			m.out = l.matrix.Rows
			side = max(side, l.matrix.Rows)
		}
	}
	m.slots = ring.Dimensions{Cols: bits.Len(uint(he.CeilPow2(side))) - 1}
	if m.params, err = parameters(depth(layers, degree), m.slots.Cols); err != nil {
		return nil, err
	}
	return m, m.build(layers, degree)
}

// depth counts the rescalings.
func depth(layers []layer, degree int) int {
	n := 0
	for _, l := range layers {
		switch {
		case l.matrix != nil || l.square:
			n++
		case l.fn != "":
			n += bits.Len(uint(degree))
		}
	}
	return n
}

// Sizes of moduli in bits, as in Lattigo's templates.
const (
	firstBits     = 55
	scaleBits     = 45
	specialBits   = 61
	leastSpecial  = firstBits
	securityBits  = 128
	complexToReal = 1 // log2 of how many coefficients a slot takes in the standard ring
)

// parameters are those of the least ring degree for a depth and number of slots.
func parameters(depth, logSlots int) (hefloat.Parameters, error) {
	logQ := append([]int{firstBits}, slices.Repeat([]int{scaleBits}, depth)...)
	sum := firstBits + depth*scaleBits
	for logN := max(params.MinLogN, logSlots+complexToReal); logN <= params.MaxLogN; logN++ {
		// Primes come out a little above or below their size: one bit is kept in hand.
		special := min(specialBits, int(params.MaxLogQP(logN, securityBits))-sum-1)
		if special < leastSpecial {
			continue
		}
		return hefloat.NewParametersFromLiteral(hefloat.ParametersLiteral{
			LogN: logN, LogQ: logQ, LogP: []int{special}, LogDefaultScale: scaleBits, RingType: ring.Standard,
		})
	}
	return hefloat.Parameters{}, fmt.Errorf("no ring degree up to 2^%d holds %d levels at %d-bit security", params.MaxLogN, depth, securityBits)
}

func (m *Model) build(layers []layer, degree int) error {
	matrices, transforms := m.transforms(layers, degree)
	rotations := map[uint64]bool{}
	diagonals := 0
	for _, lt := range transforms {
		for _, el := range hefloat.GaloisElementsForLinearTransformation(m.params, lt) {
			rotations[el] = true
		}
		diagonals += len(lt.DiagonalsIndexList) * (lt.Level + 1 + m.params.PCount())
	}
	digits, limbs := m.params.QCount(), m.params.QCount()+m.params.PCount()
	if bytes := 8 * m.params.N() * (diagonals + 2*len(rotations)*digits*limbs); bytes > maxBytes {
		return fmt.Errorf("keys and diagonals take %d MiB at N=2^%d, more than %d", bytes>>20, m.params.LogN(), maxBytes>>20)
	}
	m.makeKeys(rotations)

	level := m.params.MaxLevel()
	for _, l := range layers {
		var s step
		var err error
		switch {
		case l.matrix != nil:
			s, err = m.matrix(matrices[0], transforms[0])
			matrices, transforms = matrices[1:], transforms[1:]
			level--
			if err == nil && slices.ContainsFunc(l.matrix.Bias, func(b float64) bool { return b != 0 }) {
				m.steps = append(m.steps, s)
				s, err = m.bias(l.matrix.Bias, level)
			}
		case l.bias != nil:
			s, err = m.bias(l.bias, level)
		case l.square:
			s = m.square
			level--
		default:
			s = m.function(l, degree)
			level -= depth([]layer{l}, degree)
		}
		if err != nil {
			return err
		}
		m.steps = append(m.steps, s)
	}
	return nil
}

// transforms are the padded matrices by diagonals, and how each is to be encoded.
func (m *Model) transforms(layers []layer, degree int) (matrices []hefloat.Diagonals[float64], out []hefloat.LinearTransformationParameters) {
	for k, l := range layers {
		if l.matrix == nil {
			continue
		}
		level := m.params.MaxLevel() - depth(layers[:k], degree)
		d := diagonals(l.matrix, 1<<m.slots.Cols)
		matrices = append(matrices, d)
		out = append(out, hefloat.LinearTransformationParameters{
			DiagonalsIndexList:       d.DiagonalsIndexList(),
			Level:                    level,
			Scale:                    rlwe.NewScale(m.params.Q()[level]),
			LogDimensions:            m.slots,
			LogBabyStepGianStepRatio: 1, // as in Lattigo's tutorial
		})
	}
	return matrices, out
}

// diagonals are those of the padded square that are not zero.
func diagonals(a *tensor.Map, side int) hefloat.Diagonals[float64] {
	out := hefloat.Diagonals[float64]{}
	for i := range a.Rows {
		cols, vals := a.Row(i)
		for k, j := range cols {
			d := (j - i) & (side - 1)
			if out[d] == nil {
				out[d] = make([]float64, side)
			}
			out[d][i] = vals[k]
		}
	}
	if len(out) == 0 {
		out[0] = make([]float64, side)
	}
	return out
}

func (m *Model) makeKeys(rotations map[uint64]bool) {
	kgen := rlwe.NewKeyGenerator(m.params)
	sk := kgen.GenSecretKeyNew()
	var elements []uint64
	for el := range rotations {
		if el != 1 {
			elements = append(elements, el)
		}
	}
	slices.Sort(elements)
	keys := rlwe.NewMemEvaluationKeySet(kgen.GenRelinearizationKeyNew(sk), kgen.GenGaloisKeysNew(elements, sk)...)
	m.encoder = hefloat.NewEncoder(m.params)
	m.encryptor = rlwe.NewEncryptor(m.params, sk)
	m.decryptor = rlwe.NewDecryptor(m.params, sk)
	m.eval = hefloat.NewEvaluator(m.params, keys)
	m.linear = hefloat.NewLinearTransformationEvaluator(m.eval)
	m.poly = hefloat.NewPolynomialEvaluator(m.params, m.eval)
}

func (m *Model) matrix(d hefloat.Diagonals[float64], p hefloat.LinearTransformationParameters) (step, error) {
	lt := hefloat.NewLinearTransformation(m.params, p)
	if err := hefloat.EncodeLinearTransformation(m.encoder, d, lt); err != nil {
		return nil, err
	}
	return func(ct *rlwe.Ciphertext) (*rlwe.Ciphertext, error) {
		res, err := m.linear.EvaluateNew(ct, lt)
		if err != nil {
			return nil, err
		}
		return res, m.eval.Rescale(res, res)
	}, nil
}

// bias is encoded at the default scale; the sum's scale differs from it by the rounding of rescaling.
func (m *Model) bias(b []float64, level int) (step, error) {
	pt, err := m.encode(b, level)
	if err != nil {
		return nil, err
	}
	return func(ct *rlwe.Ciphertext) (*rlwe.Ciphertext, error) { return ct, m.eval.Add(ct, pt, ct) }, nil
}

func (m *Model) encode(v []float64, level int) (*rlwe.Plaintext, error) {
	pt := hefloat.NewPlaintext(m.params, level)
	pt.LogDimensions = m.slots
	return pt, m.encoder.Encode(append(slices.Clone(v), make([]float64, 1<<m.slots.Cols-len(v))...), pt)
}

func (m *Model) square(ct *rlwe.Ciphertext) (*rlwe.Ciphertext, error) {
	res, err := m.eval.MulRelinNew(ct, ct)
	if err != nil {
		return nil, err
	}
	return res, m.eval.Rescale(res, res)
}

// function interpolates as Lattigo's example of a sigmoid does.
func (m *Model) function(l layer, degree int) step {
	const precision = 128
	poly := hefloat.NewPolynomial(bignum.ChebyshevApproximation(func(t float64) float64 {
		return l.eval((l.hi+l.lo)/2 + t*(l.hi-l.lo)/2)
	}, bignum.Interval{A: *bignum.NewFloat(-1, precision), B: *bignum.NewFloat(1, precision), Nodes: degree}))
	return func(ct *rlwe.Ciphertext) (*rlwe.Ciphertext, error) {
		return m.poly.Evaluate(ct, poly, m.params.DefaultScale())
	}
}

// Run encrypts a sample, computes the model, and decrypts; took is the server's time alone.
func (m *Model) Run(x []float64) (y []float64, took time.Duration, err error) {
	pt, err := m.encode(x, m.params.MaxLevel())
	if err != nil {
		return nil, 0, err
	}
	ct, err := m.encryptor.EncryptNew(pt)
	if err != nil {
		return nil, 0, err
	}
	start := time.Now()
	for _, s := range m.steps {
		if ct, err = s(ct); err != nil {
			return nil, 0, err
		}
	}
	took = time.Since(start)
	all := make([]float64, 1<<m.slots.Cols)
	if err := m.encoder.Decode(m.decryptor.DecryptNew(ct), all); err != nil {
		return nil, 0, err
	}
	return all[:m.out], took, nil
}

// String says which parameters the model has.
func (m *Model) String() string {
	return fmt.Sprintf("N=2^%d, %d levels, %d slots", m.params.LogN(), m.params.MaxLevel(), 1<<m.slots.Cols)
}
