package he

import "hecc/ir/text"

type (
	// Mul is the product of two ciphertexts of degree 1; it has degree 2.
	Mul struct{}

	// MulPlain is the product with a plaintext.
	MulPlain struct{ Plain Plaintext }
)

func (Mul) Name() string      { return "mul" }
func (MulPlain) Name() string { return "mulplain" }

func (Mul) Meaning() Meaning { return Meaning{Kind: Product} }
func (op MulPlain) Meaning() Meaning {
	return Meaning{Kind: Affine, Terms: []Term{{Diag: op.Plain}}}
}

func (Mul) Rule() Rule {
	return Rule{Operands: 2, Takes: TakesOne, Gives: GivesTwo, Level: LevelAtMost, Scale: ScaleMultiplied}
}
func (MulPlain) Rule() Rule {
	return Rule{Operands: 1, Takes: TakesAny, Gives: GivesLargest, Level: LevelAtMost, Scale: ScaleByPlain}
}

func (Mul) KeySwitches() KeySwitches      { return KeySwitches{} }
func (MulPlain) KeySwitches() KeySwitches { return KeySwitches{} }

func (Mul) Work(Shape) []Pass        { return []Pass{singlePass(products(BasisQ, 5))} }
func (MulPlain) Work(s Shape) []Pass { return s.slotwise() }

func (Mul) check(int, int) error             { return nil }
func (op MulPlain) check(slots, _ int) error { return checkPlain(op.Plain, slots) }

func (Mul) attrs() []text.Attr         { return nil }
func (op MulPlain) attrs() []text.Attr { return plainAttrs(op.Plain) }

func readMulPlain(a *text.Attrs) (Op, error) {
	p, err := readPlain(a)
	return MulPlain{p}, err
}
