package he

import (
	"fmt"

	"hecc/ir/text"
)

// Op is an operation on ciphertexts. Its methods are all that the compiler, the verifiers and the cost model
// know of it: whoever adds an operation implements them, and the users of operations need no change. They are
// called once for each value, not for each slot.
//
// Three things are elsewhere. The noise that an operation adds is in passes/planning and again in ir/audit,
// which checks the planner; the server's kernels are in backend/lattigo/eval. All three fail on an operation
// that they do not know.
type Op interface {
	// Name is the operation's name in the text of a circuit.
	Name() string

	// Meaning is what it does to the numbers in slots. Evaluation in clear, the adjoint that noise gains come
	// from, dirty slots and intervals follow from it.
	Meaning() Meaning

	// Rule is what it requires of the degrees, levels and scales of its operands, and which its result has.
	Rule() Rule

	// KeySwitches lists the keys that it needs.
	KeySwitches() KeySwitches

	// Work counts the primitives that the evaluator runs for it.
	Work(s Shape) []Pass

	// check rejects attributes that are invalid in a circuit of so many slots, with so many operands.
	check(slots, operands int) error

	// attrs are its numbers as text; the table of operations reads them back.
	attrs() []text.Attr
}

// operations lists all operations: an example of each, for four slots or more, and the parser of its
// attributes.
var operations = []struct {
	example Op
	read    func(a *text.Attrs) (Op, error)
}{
	{Input{}, readInput},
	{Linear{Terms: []Term{{Diag: Plain{0.5}}, {Arg: 1, Baby: 1, Giant: 2, Diag: Plain{0.25}}}}, readLinear},
	{Fold{Steps: []int{0, 1}}, readFold},
	{Add{}, func(*text.Attrs) (Op, error) { return Add{}, nil }},
	{Sub{}, func(*text.Attrs) (Op, error) { return Sub{}, nil }},
	{AddPlain{Plain: Plain{0.5}}, readAddPlain},
	{Mul{}, func(*text.Attrs) (Op, error) { return Mul{}, nil }},
	{MulPlain{Plain: Plain{0.5}}, readMulPlain},
	{Relin{}, func(*text.Attrs) (Op, error) { return Relin{}, nil }},
	{Rescale{}, func(*text.Attrs) (Op, error) { return Rescale{}, nil }},
}

// Ops gives an example of every operation, for tests of all code that handles operations.
func Ops() []Op {
	out := make([]Op, len(operations))
	for i, o := range operations {
		out[i] = o.example
	}
	return out
}

func readOp(name string, a *text.Attrs) (Op, error) {
	for _, o := range operations {
		if o.example.Name() == name {
			return o.read(a)
		}
	}
	return nil, fmt.Errorf("unknown operation")
}

func inRange(rotation, slots int) bool { return rotation >= 0 && rotation < slots }
