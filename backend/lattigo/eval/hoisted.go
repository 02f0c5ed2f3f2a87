package eval

import (
	"fmt"
	"maps"
	"slices"

	"hecc/ir/he"
)

// hoisted is a sum of rotations of its operands with the diagonals in its tables: one decomposition of each
// operand, one pass over the tables, one division by P. A Fold, a Relin and a Linear
// without giant steps are such sums.
type hoisted struct {
	level  int
	tables []*table
	relin  bool
}

// maxFused bounds the keys that one session multiplies by diagonals: such a key serves one diagonal
// only, so deep circuits would need too much memory. Beyond it a Linear works in steps.
const maxFused = 1 << 30

// linear chooses the kernel for a Linear.
func (b *builder) linear(v *he.Value, op he.Linear) operation {
	if op.IsElementwise() {
		plains := make([]he.Plaintext, len(op.Terms))
		one := *v
		one.In = nil
		for i, t := range op.Terms {
			plains[i] = t.Diag
			one.In = append(one.In, v.In[t.Arg])
		}
		return &selection{b.weighted(&one, plains), op.Terms}
	}
	_, giants := op.Rotations()
	bytes := 16 * b.chain.N() * len(op.Terms) * b.chain.Params.Digits(v.Level) * len(b.subringsQP(v.Level))
	if len(giants) > 0 || b.fused+bytes > maxFused {
		return b.stepped(v, op)
	}
	b.fused += bytes
	return b.fusedLinear(v, op)
}

// fusedLinear multiplies the keys by the diagonals. Sources are the digits of each
// operand's c1, then every c0, then every c1.
func (b *builder) fusedLinear(v *he.Value, op he.Linear) operation {
	digits, args := b.chain.Params.Digits(v.Level), len(v.In)
	var columns []column
	for _, t := range op.Terms {
		diag := &plaintext{t.Diag, v.Scale / v.In[t.Arg].Scale}
		c0 := args*digits + t.Arg
		columns = append(columns, b.rotated(v.Level, t.Arg*digits, c0, c0+args, t.Baby, diag)...)
	}
	return &hoisted{level: v.Level, tables: b.newTables(v.Level, columns)}
}

// rotated are the columns of one rotated operand times a diagonal: digits of its c1 are sources from first
// on, c0 and c1 themselves are sources too.
func (b *builder) rotated(level, first, c0, c1, by int, diag *plaintext) []column {
	columns := []column{{source: c0, perm: b.perms[by], diag: diag, half: 0}}
	if by == 0 {
		return append(columns, column{source: c1, diag: diag, half: 1})
	}
	return append(columns, b.columns(b.rotation[by], level, first, b.perms[by], diag)...)
}

// fold adds up rotations of one operand.
func (b *builder) fold(v *he.Value, op he.Fold) operation {
	return &hoisted{level: v.Level, tables: b.foldTables(v.Level, op.Steps)}
}

func (b *builder) foldTables(level int, steps []int) []*table {
	return b.share(fmt.Sprint("fold", steps), level, func() []*table {
		digits := b.chain.Params.Digits(level)
		var columns []column
		for _, by := range steps {
			columns = append(columns, b.rotated(level, 0, digits, digits+1, by, nil)...)
		}
		slices.SortStableFunc(columns, func(x, y column) int { return x.source - y.source })
		return b.newTables(level, columns)
	})
}

// relinearise switches the digits of c2 to the key of c0 and c1 and adds those.
func (b *builder) relinearise(v *he.Value) operation {
	tables := b.share("relin", v.Level, func() []*table {
		digits := b.chain.Params.Digits(v.Level)
		columns := b.columns(b.relin, v.Level, 0, nil, nil)
		columns = append(columns, column{source: digits, half: 0}, column{source: digits + 1, half: 1})
		return b.newTables(v.Level, columns)
	})
	return &hoisted{level: v.Level, tables: tables, relin: true}
}

// maxCopied bounds the weights of keys that a session holds once more for lower levels, which are read a little faster than
// those of the highest where some are left out: deep circuits would hold every key many times.
const maxCopied = 1 << 28

// share builds tables without diagonals once for each level; the columns must be in the order of their sources.
func (b *builder) share(name string, level int, build func() []*table) []*table {
	if b.shared[name] == nil {
		b.shared[name] = map[int][]*table{}
	}
	have := b.shared[name]
	if have[level] != nil {
		return have[level]
	}
	top := slices.Max(append(slices.Collect(maps.Keys(have)), level))
	bytes := 0
	for _, t := range have[top] {
		lower := t.lower(level, b.chain.Params.Digits(level), b.chain.Params.Digits(top))
		have[level] = append(have[level], lower)
		bytes += 16 * b.chain.N() * lower.Pairs * len(lower.rings)
	}
	if top == level || bytes <= b.copies {
		b.copies -= bytes
		have[level] = build()
	}
	return have[level]
}

func (op *hoisted) bind(w *worker, in []ciphertext, out ciphertext) []step {
	var c0, c1, switched []poly
	for _, x := range in {
		c0, c1 = append(c0, x[0]), append(c1, x[1])
	}
	switched = c1
	if op.relin {
		switched = []poly{in[0][2]}
	}
	s := newSources(w, op.level, switched, append(c0, c1...))
	acc := w.pairQP(op.level)
	steps := append(s.load(), gather(s.bind(op.tables), acc, false)...)
	return append(steps, w.divideHalves(op.level, out, acc)...)
}

// selection reads the operand of each term for a weighted sum.
type selection struct {
	op    *weighted
	terms []he.Term
}

func (s *selection) bind(w *worker, in []ciphertext, out ciphertext) []step {
	var picked []ciphertext
	for _, t := range s.terms {
		picked = append(picked, in[t.Arg])
	}
	return s.op.bind(w, picked, out)
}
