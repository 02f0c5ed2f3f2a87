package he

// Primitive is what the evaluator does to one polynomial, modulus by modulus. Package packing has its cost.
type Primitive int

const (
	Transform Primitive = iota + 1 // a number-theoretic transform, forward or back
	Multiply                       // multiply and accumulate
	Combine                        // multiply by numbers and accumulate, as one matrix
	Expand                         // expand the uniform half of an input from its seed
)

// Basis is the moduli that a primitive works with.
type Basis int

const (
	BasisQ      Basis = iota + 1 // those of the result's level
	BasisQP                      // these and the special primes
	BasisHigher                  // those of one level more
)

// Shape is what the work of an operation depends on besides the operation. Work is that of the operation alone:
// next to some others it is less, see Division.
type Shape struct {
	Limbs   int // moduli of the result
	Special int // special primes
	Degree  int // of the result
}

// digits is the number of digits that a key switch decomposes a polynomial into.
func (s Shape) digits() float64 { return float64((s.Limbs + s.Special - 1) / s.Special) }

// halves is how many polynomials a ciphertext of the result's degree has.
func (s Shape) halves() float64 { return float64(s.Degree + 1) }

// Use is a number of runs of one primitive.
type Use struct {
	Primitive Primitive
	Basis     Basis
	Polys     float64 // how many polynomials

	// Stored is how many polynomials of keys and plaintexts the pass reads. If they do not fit the cache,
	// every product takes Reads reads from memory.
	Stored float64
	Reads  float64
}

// Pass is a group of uses that is run Times times.
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

// gather is one pass over the coefficients that sums the products of digits with keys, for so many rotations,
// and so many products of polynomials with plaintexts.
func (s Shape) gather(rotations, columns int) []Use {
	keys := 2 * float64(rotations) * s.digits()
	return []Use{
		{Primitive: Multiply, Basis: BasisQP, Polys: keys, Stored: keys, Reads: 1},
		products(BasisQ, float64(columns)),
		products(BasisQP, 1),
	}
}

// slotwise is the work of an operation that goes once through each polynomial of the result.
func (s Shape) slotwise() []Pass { return []Pass{singlePass(products(BasisQ, s.halves()))} }
