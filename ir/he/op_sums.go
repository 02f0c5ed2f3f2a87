package he

import "hecc/ir/text"

// Sums work slot by slot. They take operands of one scale and leave it, so planning gives values that are
// added to each other a common depth.
type (
	Add      struct{}
	Sub      struct{}
	AddPlain struct{ Plain Plaintext } // the sum with a plaintext
)

func (Add) Name() string      { return "add" }
func (Sub) Name() string      { return "sub" }
func (AddPlain) Name() string { return "addplain" }

var (
	sum        = Meaning{Kind: Affine, Terms: []Term{{Arg: 0, Diag: Plain{1}}, {Arg: 1, Diag: Plain{1}}}}
	difference = Meaning{Kind: Affine, Terms: []Term{{Arg: 0, Diag: Plain{1}}, {Arg: 1, Diag: Plain{-1}}}}
)

func (Add) Meaning() Meaning { return sum }
func (Sub) Meaning() Meaning { return difference }
func (op AddPlain) Meaning() Meaning {
	return Meaning{Kind: Affine, Terms: identity.Terms, Offset: op.Plain}
}

func (Add) Rule() Rule      { return sumRule(2) }
func (Sub) Rule() Rule      { return sumRule(2) }
func (AddPlain) Rule() Rule { return sumRule(1) }

func sumRule(operands int) Rule {
	return Rule{Operands: operands, Takes: TakesAny, Gives: GivesLargest, Level: LevelAtMost, Scale: ScaleKept}
}

func (Add) KeySwitches() KeySwitches      { return KeySwitches{} }
func (Sub) KeySwitches() KeySwitches      { return KeySwitches{} }
func (AddPlain) KeySwitches() KeySwitches { return KeySwitches{} }

func (Add) Work(s Shape) []Pass      { return s.slotwise() }
func (Sub) Work(s Shape) []Pass      { return s.slotwise() }
func (AddPlain) Work(s Shape) []Pass { return s.slotwise() }

func (Add) check(int, int) error             { return nil }
func (Sub) check(int, int) error             { return nil }
func (op AddPlain) check(slots, _ int) error { return checkPlain(op.Plain, slots) }

func (Add) attrs() []text.Attr         { return nil }
func (Sub) attrs() []text.Attr         { return nil }
func (op AddPlain) attrs() []text.Attr { return plainAttrs(op.Plain) }

func readAddPlain(a *text.Attrs) (Op, error) {
	p, err := readPlain(a)
	return AddPlain{p}, err
}
