package he

import (
	"fmt"

	"hecc/ir/text"
)

// Op is an operation on ciphertexts. Its methods are all that the compiler, the verifiers and the cost model
// know of it: who adds an operation fills in this row, and what uses operations follows. They are read once a
// value, not once a slot.
//
// Three things are not in the row. What noise an operation adds is said twice, in passes/planning and in
// ir/audit, since each is there to find the other's mistakes; and the server's kernels are in
// backend/lattigo/eval. All three fail on an operation that they do not know.
type Op interface {
	// Name is the word for it in the text of a circuit.
	Name() string

	// Meaning is what it does to the numbers in slots. Evaluation in clear, the adjoint that noise is weighed
	// by, dirty slots and intervals follow from it.
	Meaning() Meaning

	// Rule is what it asks of its operands' degrees, levels and scales, and makes of them.
	Rule() Rule

	// KeySwitches lists the keys it switches with.
	KeySwitches() KeySwitches

	// Work counts what it takes of the evaluator.
	Work(s Shape) []Pass

	// check rejects numbers of its own that make no sense in a circuit of so many slots, on so many operands.
	check(slots, operands int) error

	// attrs are its numbers as text; the table of operations reads them back.
	attrs() []text.Attr
}

// operations are all that there are: an example of each, on four slots or more, and how its attributes are
// read.
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

// Ops gives an example of every operation: what handles operations is tested on all of them.
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
