package he

// Kind is the kind of function that an operation is.
type Kind int

// There is no kind for other functions: on ciphertexts CKKS can only add, multiply and rotate.
const (
	Source  Kind = iota + 1 // a ciphertext of the request
	Affine                  // a sum of rotated operands times diagonals, plus an offset
	Product                 // of operands 0 and 1, slot by slot
)

// Meaning is what an operation does to the numbers in slots.
type Meaning struct {
	Kind   Kind
	Index  int       // of a Source: which ciphertext
	Terms  []Term    // of an Affine: Σ rot(Diag · rot(operand, Baby), Giant)
	Offset Plaintext // of an Affine: added to that; nil for none
}

// Term is one diagonal: slot t of rot(x, r) is slot t+r of x.
type Term struct {
	Arg   int // which operand
	Baby  int // rotation of the operand, in [0, slots)
	Giant int // rotation of the product, in [0, slots)
	Diag  Plaintext
}

// identity is the meaning of operations that change a ciphertext and not what it holds.
var identity = Meaning{Kind: Affine, Terms: []Term{{Diag: Plain{1}}}}

// passes is how many times an operation goes through all slots.
func (m Meaning) passes() int { return max(1, len(m.Terms)) }

// complete rejects a matrix whose diagonals do not contain all of its weights.
func (m Meaning) complete() error {
	if len(m.Terms) > 0 {
		if d, ok := m.Terms[0].Diag.(Diagonal); ok {
			return d.Of.complete()
		}
	}
	return nil
}

// noKind is the message for an operation that has no kind.
func noKind(op Op) string { return "he: no kind of function for " + op.Name() }
