package eval

import (
	"fmt"

	"hecc/ir/he"
	"hecc/ir/memory"
)

// hoisted is a sum of rotations of its operand: one decomposition, one pass over the tables, one division by
// P. A Fold and a Relin are such sums.
type hoisted struct {
	ending
	tables []*table
	relin  bool
}

// fold adds up rotations of one operand.
func (b *builder) fold(v *he.Value, op he.Fold) (operation, error) {
	tables, err := b.rotations(v.Level, op.Steps)
	return &hoisted{ending: b.ending(v), tables: tables}, err
}

// rotations are the tables of a sum of rotations of one operand: its digits are sources, then c0 and c1.
func (b *builder) rotations(level int, steps []int) ([]*table, error) {
	return b.sharedTables(fmt.Sprint("rotations", steps, level), func() (tables []*table, err error) {
		c0 := b.chain.Params.Digits(level)
		for _, chunk := range b.forms.Chunks(steps) {
			var plains []plain
			for _, by := range chunk {
				plains = append(plains, plain{source: c0, perm: b.perms[by]})
				if by == 0 {
					plains = append(plains, plain{source: c0 + 1, half: 1})
				}
			}
			part, err := b.tables(b.forms.KeysOf(chunk), level, plains)
			if err != nil {
				return nil, err
			}
			tables = append(tables, part...)
		}
		return tables, nil
	})
}

// relinearise switches the digits of c2 to the key of c0 and c1 and adds those.
func (b *builder) relinearise(v *he.Value) (operation, error) {
	tables, err := b.sharedTables(fmt.Sprint("relin", v.Level), func() ([]*table, error) {
		c0 := b.chain.Params.Digits(v.Level)
		return b.tables([]int{memory.RelinKey}, v.Level, []plain{{source: c0}, {source: c0 + 1, half: 1}})
	})
	return &hoisted{ending: b.ending(v), tables: tables, relin: true}, err
}

// sharedTables makes tables that several operations read once.
func (b *builder) sharedTables(name string, make func() ([]*table, error)) (tables []*table, err error) {
	if b.shared[name] == nil {
		if tables, err = make(); err != nil {
			return nil, err
		}
		b.shared[name] = tables
	}
	return b.shared[name], nil
}

func (op *hoisted) bind(w *worker, in []ciphertext, out ciphertext) []taskSet {
	switched := in[0][1]
	if op.relin {
		switched = in[0][2]
	}
	s := newSources(w, op.level, []poly{switched}, []poly{in[0][0], in[0][1]})
	acc := w.sums(op.ending, out)
	steps := append(s.load(), w.gather(s.bind(op.tables), acc, false)...)
	return append(steps, w.end(op.ending, out, acc)...)
}
