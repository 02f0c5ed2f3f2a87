package he

import "hecc/ir/text"

// Input is ciphertext number Index of the request.
type Input struct{ Index int }

func (Input) Name() string             { return "input" }
func (op Input) Meaning() Meaning      { return Meaning{Kind: Source, Index: op.Index} }
func (Input) KeySwitches() KeySwitches { return KeySwitches{} }
func (Input) check(int, int) error     { return nil } // the circuit knows how many there are
func (op Input) attrs() []text.Attr    { return []text.Attr{{Key: "index", Value: op.Index}} }

func (Input) Rule() Rule {
	return Rule{Operands: 0, Takes: TakesAny, Gives: GivesOne, Level: LevelAtMost, Scale: ScaleFree}
}

func (Input) Work(Shape) []Pass {
	return []Pass{singlePass(Use{Primitive: Expand, Basis: BasisQ, Polys: 1})}
}

func readInput(a *text.Attrs) (Op, error) { return Input{a.Int("index")}, nil }
