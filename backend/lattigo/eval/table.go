package eval

import (
	"slices"

	"hecc/backend/lattigo/encoding"
	"hecc/backend/lattigo/kernel"
	"hecc/ir/he"
)

// table holds the constants of a hoisted sum of rotations,
//
//	Σ_r D_r · rot(x_r, by_r)   modulo QP,
//
// with the diagonals D_r multiplied into the switching keys and both permuted to the order of the
// result. Each digit of each rotation has a pair of weights: its key times the diagonal. The
// half c0, which no key touches, has the diagonal alone.
//
// Sources are numbered: digits of decomposed operands first, then plain polynomials.
type table struct {
	*kernel.Table
	rings   []*kernel.Ring // Q to the level, then P
	levels  int            // how many of them belong to Q
	sources []int          // of each column
	weights [][]uint64     // for each ring
}

// column is one source of a table.
type column struct {
	source int
	perm   []uint64   // nil for none
	diag   *plaintext // nil for one
	half   int        // bothHalves, or the half that a plain polynomial goes to
	key    [2]poly    // for bothHalves
}

// bothHalves marks a column with a switching key.
const bothHalves = -1

// plaintext is a diagonal to be encoded at a scale.
type plaintext struct {
	values he.Plaintext
	scale  float64
}

// kind is the place of a column in kernel.Columns.
func (c *column) kind() int {
	switch {
	case c.half == bothHalves:
		return 0
	case c.diag != nil:
		return 1 + c.half
	}
	return 3 + c.half
}

// newTables lays out columns in tables of as many as the kernel can sum, usually one.
func (b *builder) newTables(level int, columns []column) []*table {
	var tables []*table
	for len(columns) > 0 {
		n, counts := 0, [5]int{}
		for ; n < len(columns); n++ {
			kind := columns[n].kind()
			if counts[kind]++; counts[0]+max(counts[1], counts[2]) > kernel.MaxProducts || max(counts[3], counts[4]) > kernel.MaxPlain {
				counts[kind]--
				break
			}
		}
		part := slices.Clone(columns[:n])
		slices.SortStableFunc(part, func(x, y column) int { return x.kind() - y.kind() })
		tables = append(tables, b.newTable(level, part, kernel.Columns{
			Pairs: counts[0], First: counts[1], Second: counts[2], PlainFirst: counts[3], PlainSecond: counts[4],
		}))
		columns = columns[n:]
	}
	return tables
}

// newTable takes columns in the kernel's order.
func (b *builder) newTable(level int, columns []column, counts kernel.Columns) *table {
	t := &table{rings: b.chain.qp(level), levels: level + 1}
	var perms [][]uint64
	for _, c := range columns {
		perms = append(perms, c.perm)
		t.sources = append(t.sources, c.source)
	}
	var err error
	if t.Table, err = kernel.NewTable(b.chain.N(), counts, perms); err != nil {
		panic(err) // only for permutations that are no automorphisms
	}
	for limb := range t.rings {
		t.weights = append(t.weights, make([]uint64, b.chain.N()*t.count(limb)))
	}
	parallel(len(columns), func(i int) { t.set(b, columns[i], i) })
	return t
}

// lower is the table of the same keys at a lower level, where only some of all digits are left. It reads the same weights. The
// columns must be in the order of their sources and have no diagonals.
func (t *table) lower(level, digits, all int) *table {
	pairs := 0
	for pairs < t.Pairs && t.sources[pairs] < digits {
		pairs++
	}
	out := &table{Table: t.Table.FirstPairs(pairs), levels: level + 1}
	out.rings = append(t.rings[:level+1:level+1], t.rings[t.levels:]...)
	out.weights = append(t.weights[:level+1:level+1], t.weights[t.levels:]...)
	out.sources = slices.Clone(t.sources[:pairs])
	for _, s := range t.sources[t.Pairs:] { // plain polynomials come behind the digits
		out.sources = append(out.sources, s-all+digits)
	}
	return out
}

// count is the number of weights of a coefficient: plain polynomials are multiples of P, and count
// modulo Q only.
func (t *table) count(limb int) int {
	if limb < t.levels {
		return t.Weights()
	}
	return 2 * t.Pairs
}

// set writes the weights of column i.
func (t *table) set(b *builder, c column, i int) {
	if c.half != bothHalves && c.diag == nil {
		return
	}
	diag := b.encodeQP(c.diag, t.levels-1)
	w := make([]uint64, b.chain.N())
	for limb, r := range t.rings {
		if c.half != bothHalves {
			if limb < t.levels {
				copy(w, diag[limb])
				t.put(limb, t.Pairs+i, w)
			}
			continue
		}
		for half, key := range c.key {
			b.weighKey(w, key[limb], c.perm, limb < t.levels, r)
			if diag != nil {
				multiplyBy(w, diag[limb], r)
			}
			t.put(limb, 2*i+half, w)
		}
	}
}

func (t *table) put(limb, at int, w []uint64) {
	t.rings[limb].Pack(w)
	kernel.Interleave(t.weights[limb], w, at, t.count(limb))
}

// weighKey permutes a key and, modulo Q, divides it by P.
func (b *builder) weighKey(w, key, perm []uint64, divide bool, r *kernel.Ring) {
	for j := range w {
		w[j] = key[permuted(perm, j)]
	}
	if divide {
		f := r.Montgomery(inverse(r, b.chain.p))
		for j := range w {
			w[j] = r.Times(w[j], f)
		}
	}
}

func multiplyBy(w, x []uint64, r *kernel.Ring) {
	for j := range w {
		w[j] = r.Times(w[j], x[j])
	}
}

func permuted(perm []uint64, j int) int {
	if perm == nil {
		return j
	}
	return int(perm[j])
}

// encodeQP encodes a plaintext modulo Q to a level and P in Montgomery form; nil stays nil.
func (b *builder) encodeQP(p *plaintext, level int) poly {
	if p == nil {
		return nil
	}
	return b.encode(p, b.subringsQP(level))
}

// encodeScalar is a constant modulo q in Montgomery form.
func encodeScalar(x float64, m kernel.Modulus) uint64 {
	return m.Montgomery(encoding.Residue(x, m.Q()))
}
