package eval

import "hecc/backend/lattigo/encoding"

// table holds the constants of a hoisted sum of rotations,
//
//	Σ_r D_r · rot(x_r, by_r)   modulo QP,
//
// with the diagonals D_r multiplied into the switching keys and both permuted to the order of the
// result. Coefficient j of the result then needs one row: for each digit of each rotation the
// pair of its key times the diagonal, to be multiplied by the digit's coefficient before the permutation; and for
// the half c0, which no key touches, P times the diagonal.
//
// Sources are numbered: digits of decomposed operands first, then plain polynomials.
type table struct {
	n                    int
	moduli               []modulus // Q to the level, then P
	levels               int       // how many of them belong to Q
	pairs, first, second int
	offsets              []uint32   // N rows of pairs, first, second: where in the sources to read
	weights              [][]uint64 // for each modulus N rows of 2·pairs, and modulo Q of first, second
}

// columns are the numbers of columns modulo one limb: plain polynomials count modulo Q only, being multiples of P.
func (t *table) columns(limb int) (pairs, first, second int) {
	if limb < t.levels {
		return t.pairs, t.first, t.second
	}
	return t.pairs, 0, 0
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
	values []float64
	scale  float64
}

// newTables lays out columns in tables of as many as the kernel can sum, usually one.
func (b *builder) newTables(level int, columns []column) []*table {
	var tables []*table
	for len(columns) > 0 {
		n := min(len(columns), maxProducts)
		tables = append(tables, b.newTable(level, columns[:n]))
		columns = columns[n:]
	}
	return tables
}

func (b *builder) newTable(level int, columns []column) *table {
	t := &table{n: b.rings.N(), moduli: b.moduliQP(level), levels: level + 1}
	place := make([]int, len(columns)) // among the columns of its kind
	for i, c := range columns {
		counter := map[int]*int{bothHalves: &t.pairs, 0: &t.first, 1: &t.second}[c.half]
		place[i] = *counter
		*counter++
	}
	t.offsets = make([]uint32, t.n*(t.pairs+t.first+t.second))
	t.weights = make([][]uint64, len(t.moduli))
	for limb := range t.weights {
		pairs, first, second := t.columns(limb)
		t.weights[limb] = make([]uint64, t.n*(2*pairs+first+second))
	}
	parallel(len(columns), func(i int) { t.set(b, columns[i], place[i]) })
	return t
}

// set writes one column.
func (t *table) set(b *builder, c column, place int) {
	switch c.half {
	case 0:
		place += t.pairs
	case 1:
		place += t.pairs + t.first
	}
	row := t.pairs + t.first + t.second
	for j := range t.n {
		t.offsets[j*row+place] = uint32(c.source*stride(t.n) + permuted(c.perm, j))
	}
	diag := b.encodeQP(c.diag, t.levels-1)
	for limb, m := range t.moduli {
		if c.half == bothHalves {
			t.setPair(limb, place, c, diag)
		} else if limb < t.levels {
			t.setPlain(limb, place+t.pairs, diag, b.specialProduct(m))
		}
	}
}

func (t *table) setPair(limb, place int, c column, diag poly) {
	pairs, first, second := t.columns(limb)
	width, m := 2*pairs+first+second, t.moduli[limb]
	for j := range t.n {
		for half, key := range c.key {
			w := key[limb][permuted(c.perm, j)]
			if diag != nil {
				w = m.times(w, diag[limb][j])
			}
			t.weights[limb][j*width+2*place+half] = w
		}
	}
}

func (t *table) setPlain(limb, at int, diag poly, special uint64) {
	pairs, first, second := t.columns(limb)
	width, m := 2*pairs+first+second, t.moduli[limb]
	for j := range t.n {
		w := special
		if diag != nil {
			w = m.times(w, diag[limb][j])
		}
		t.weights[limb][j*width+at] = w
	}
}

// stride is the distance of two sources: a little more than N, lest they share cache sets.
func stride(n int) int { return n + 72 }

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

// encodeScalar is a constant modulo m in Montgomery form.
func encodeScalar(x float64, m modulus) uint64 {
	return m.montgomery(encoding.Residue(x, m.q))
}
