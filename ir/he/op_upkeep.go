package he

import "hecc/ir/text"

// What planning inserts: operations that change a ciphertext and not the numbers that it holds.
type (
	Relin   struct{} // takes degree 2 back to degree 1
	Rescale struct{} // divides by the highest modulus
)

func (Relin) Name() string   { return "relin" }
func (Rescale) Name() string { return "rescale" }

func (Relin) Meaning() Meaning   { return identity }
func (Rescale) Meaning() Meaning { return identity }

func (Relin) Rule() Rule {
	return Rule{Operands: 1, Takes: TakesTwo, Gives: GivesOne, Level: LevelAtMost, Scale: ScaleKept}
}
func (Rescale) Rule() Rule {
	return Rule{Operands: 1, Takes: TakesAny, Gives: GivesLargest, Level: LevelBelow, Scale: ScaleDivided}
}

func (Relin) KeySwitches() KeySwitches   { return KeySwitches{Relins: 1} }
func (Rescale) KeySwitches() KeySwitches { return KeySwitches{} }

func (Relin) Work(s Shape) []Pass {
	return []Pass{singlePass(s.decompose()), singlePass(s.gather(1, 2)...), singlePass(modDown(2))}
}
func (Rescale) Work(s Shape) []Pass { return []Pass{singlePass(transforms(BasisHigher, s.halves()))} }

func (Relin) check(int, int) error   { return nil }
func (Rescale) check(int, int) error { return nil }

func (Relin) attrs() []text.Attr   { return nil }
func (Rescale) attrs() []text.Attr { return nil }
