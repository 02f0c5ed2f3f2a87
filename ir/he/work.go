package he

// Primitive is what the evaluator does to one polynomial, modulus by modulus. Packing has its price.
type Primitive int

const (
	Transform Primitive = iota + 1 // a number-theoretic transform, forward or back
	Multiply                       // multiply and accumulate
	Combine                        // the same with a number, where sums by numbers are computed as one matrix
	Expand                         // expand the uniform half of an input from its seed
)

// Basis is the moduli that a primitive works with.
type Basis int

const (
	BasisQ      Basis = iota + 1 // those of the result's level
	BasisQP                      // these and the special primes
	BasisHigher                  // those of one level more
)

// Shape is what the work of an operation depends on besides the operation.
type Shape struct {
	Limbs   int // moduli of the result
	Special int // special primes
	Degree  int // of the result
}

// digits is into how many digits a key switch splits a polynomial.
func (s Shape) digits() float64 { return float64((s.Limbs + s.Special - 1) / s.Special) }

// halves is how many polynomials a ciphertext of the result's degree has.
func (s Shape) halves() float64 { return float64(s.Degree + 1) }

// Use is some primitives of a kind.
type Use struct {
	Primitive Primitive
	Basis     Basis
	Polys     float64 // how many polynomials

	// Stored is how many polynomials of keys and plaintexts the pass reads; if they do not fit the cache,
	// every product waits for as many reads from memory as Reads says.
	Stored float64
	Reads  float64
}

// Pass is a group of uses, done so many times.
type Pass struct {
	Times float64
	Uses  []Use
}

func singlePass(uses ...Use) Pass { return Pass{1, uses} }

func transforms(b Basis, polys float64) Use { return Use{Primitive: Transform, Basis: b, Polys: polys} }
func products(b Basis, polys float64) Use   { return Use{Primitive: Multiply, Basis: b, Polys: polys} }

// decompose splits a polynomial into digits in the extended basis.
func (s Shape) decompose() Use { return transforms(BasisQP, s.digits()) }

// modDown divides polynomials by the special primes.
func modDown(polys float64) Use { return transforms(BasisQP, polys) }

// gather is one pass over the coefficients that sums so many products of digits with keys, for so many
// rotations, and so many of polynomials with plaintexts.
func (s Shape) gather(rotations, columns int) []Use {
	keys := 2 * float64(rotations) * s.digits()
	return []Use{
		{Primitive: Multiply, Basis: BasisQP, Polys: keys, Stored: keys, Reads: 1},
		products(BasisQ, float64(columns)),
		products(BasisQP, 1),
	}
}

// slotwise is the work of what goes once through both halves.
func (s Shape) slotwise() []Pass { return []Pass{singlePass(products(BasisQ, s.halves()))} }
