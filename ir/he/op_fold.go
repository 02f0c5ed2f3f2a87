package he

import (
	"fmt"

	"hecc/ir/text"
)

// Fold is Σ_s rot(x, s), with the rotations hoisted. Steps are distinct; 0 stands for x itself.
type Fold struct{ Steps []int }

func (Fold) Name() string          { return "fold" }
func (op Fold) attrs() []text.Attr { return []text.Attr{{Key: "steps", Value: op.Steps}} }

func (op Fold) Meaning() Meaning {
	m, one := Meaning{Kind: Affine, Terms: make([]Term, len(op.Steps))}, Plain{1}
	for i, s := range op.Steps {
		m.Terms[i] = Term{Baby: s, Diag: one}
	}
	return m
}

func (Fold) Rule() Rule {
	return Rule{Operands: 1, Takes: TakesOne, Gives: GivesOne, Level: LevelAtMost, Scale: ScaleKept}
}

func (op Fold) KeySwitches() KeySwitches {
	var k KeySwitches
	for _, s := range op.Steps {
		if s != 0 {
			k.Rotations = append(k.Rotations, s)
		}
	}
	return k
}

func (op Fold) Work(s Shape) []Pass {
	return []Pass{singlePass(s.decompose()), singlePass(s.gather(len(op.Steps)-1, len(op.Steps)+1)...), singlePass(modDown(2))}
}

func (op Fold) check(slots, _ int) error {
	seen := map[int]bool{}
	for _, s := range op.Steps {
		if !inRange(s, slots) || seen[s] {
			return fmt.Errorf("rotation %d out of range or repeated", s)
		}
		seen[s] = true
	}
	if len(op.Steps) == 0 {
		return fmt.Errorf("has no steps")
	}
	return nil
}

func readFold(a *text.Attrs) (Op, error) { return Fold{a.Ints("steps")}, nil }
