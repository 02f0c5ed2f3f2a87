package he

// Rule is what an operation requires of the degrees, levels and scales of its operands, and which its result
// has.
type Rule struct {
	Operands int // how many, or Several
	Takes    Takes
	Gives    Gives
	Level    LevelRule
	Scale    ScaleRule
}

// Several stands for any number of operands from one up.
const Several = -1

// Takes says of which degree operands must be.
type Takes int

const (
	TakesAny Takes = iota + 1
	TakesOne       // rotations and products: 1
	TakesTwo       // relinearisation: 2
)

// Gives says of which degree the result is.
type Gives int

const (
	GivesOne     Gives = iota + 1
	GivesTwo           // a product of ciphertexts
	GivesLargest       // the largest of the operands'
)

// LevelRule says at which level the result may stand.
type LevelRule int

const (
	LevelAtMost LevelRule = iota + 1 // at most the operands': dropping moduli is free and implied
	LevelBelow                       // one below the operand's
)

// ScaleRule says which scale the result has.
type ScaleRule int

const (
	ScaleFree       ScaleRule = iota + 1 // any: a ciphertext of the request has that of the encryption
	ScaleKept                            // that of the operands, which is the same for all
	ScaleByPlain                         // any: plaintexts are encoded at its ratio to the operand's scale
	ScaleMultiplied                      // the product of the operands'
	ScaleDivided                         // the operand's divided by the highest modulus of it
)

// degree is the degree of an operation's result: Add sets it, and Verify compares with it.
func (r Rule) degree(in []*Value) int {
	switch r.Gives {
	case GivesOne:
		return 1
	case GivesTwo:
		return 2
	case GivesLargest:
		d := 1
		for _, v := range in {
			d = max(d, v.Degree)
		}
		return d
	}
	return 0 // no degree of a ciphertext: Verify rejects it
}

// arity says whether a rule allows so many operands.
func (r Rule) arity(n int) bool { return n == r.Operands || r.Operands == Several && n > 0 }

// KeySwitches are the key switches of one operation.
type KeySwitches struct {
	Rotations []int // one entry for each rotation of a ciphertext; of the circuit's slots
	Relins    int   // relinearisations
}
