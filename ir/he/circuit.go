// Package he is the HE circuit: what the server computes on ciphertexts.
//
// Packing makes it (stage packed): every value is a ciphertext, every operation one
// that CKKS has. Planning (stage planned) adds rescaling and relinearisation and
// gives each value its level and scale under a parameter set.
//
//	ir/tensor polynomial ── passes/packing ──> packed ── passes ──> planned ── ir/plan ──> a file
package he

import (
	"hecc/ir/diag"
	"hecc/ir/params"
)

// Stage says how far a circuit has been lowered.
type Stage string

const (
	Packed  Stage = "packed"
	Planned Stage = "planned"
)

// Circuit is a list of values in an order in which each comes after its operands.
//
// It describes the computation on one sample. Several samples may be computed at once, in lanes: rotations
// and plaintexts then apply to all lanes alike, so no operation can mix samples.
type Circuit struct {
	File    string
	Stage   Stage
	Slots   int            // of one sample
	Lanes   int            // samples in a ciphertext: slot t of sample s is its slot t·Lanes+s
	Params  *params.Params // set when planned
	Input   Layout
	Output  Layout
	Values  []*Value
	Outputs []*Value // the ciphertexts of the result, in order
}

// Value is one ciphertext and the operation that makes it.
//
// Operands may stand at a higher level than the operation: dropping moduli is free
// and implied. An operation with a plaintext encodes it at the scale that takes
// its operand's scale to its own.
type Value struct {
	ID     int // its index in Circuit.Values
	Op     Op
	In     []*Value
	Pos    diag.Pos
	Degree int     // 1, or 2 for a product that is not yet relinearised
	Level  int     // when planned: index of the highest modulus
	Scale  float64 // when planned
}

// New makes an empty packed circuit.
func New(file string, slots int) *Circuit {
	return &Circuit{File: file, Stage: Packed, Slots: slots, Lanes: 1}
}

// Add appends an operation; its degree follows from the operands'.
func (c *Circuit) Add(pos diag.Pos, op Op, in ...*Value) *Value {
	v := &Value{ID: len(c.Values), Op: op, In: in, Pos: pos, Degree: op.Rule().degree(in)}
	c.Values = append(c.Values, v)
	return v
}

// LastUse gives, for each value ID, the ID of the last operation that reads it;
// an output is read at the end, at ID len(Values).
func (c *Circuit) LastUse() []int {
	last := make([]int, len(c.Values))
	for _, v := range c.Values {
		last[v.ID] = v.ID
		for _, in := range v.In {
			last[in.ID] = v.ID
		}
	}
	for _, v := range c.Outputs {
		last[v.ID] = len(c.Values)
	}
	return last
}
