package kernel

// MatrixTile is how many coefficients a Matrix treats at once.
const MatrixTile = 16

// matrixRows is how many rows the assembly treats at once.
const matrixRows = 4

// Matrix has rows of constants modulo one prime, to be multiplied by a column of polynomials. Unlike sums
// that are computed one by one, it loads a coefficient of a polynomial once for several rows.
type Matrix struct {
	ring        *Ring
	rows, terms int
	tiled       []uint64   // for the narrow assembly: by group of rows, term, row of the group
	single      [][]uint64 // else: rows as Dot takes them
}

// NewMatrix takes rows of equal length, in Montgomery form.
func (r *Ring) NewMatrix(rows [][]uint64) *Matrix {
	m := &Matrix{ring: r, rows: len(rows), terms: len(rows[0])}
	if m.terms == 0 || m.terms > MaxProducts {
		panic("kernel: a matrix without terms, or with too many")
	}
	if r.code == nil || !r.code.narrow {
		for _, row := range rows {
			m.single = append(m.single, r.constants(row))
		}
		return m
	}
	groups := (len(rows) + matrixRows - 1) / matrixRows
	m.tiled = make([]uint64, groups*m.terms*matrixRows)
	for k, row := range rows {
		if len(row) != m.terms {
			panic("kernel: rows of a matrix differ in length")
		}
		for e, w := range row {
			m.tiled[(k/matrixRows*m.terms+e)*matrixRows+k%matrixRows] = w
		}
	}
	r.ToWeights(m.tiled)
	return m
}

// constants repeats each weight for all lanes.
func (r *Ring) constants(row []uint64) []uint64 {
	out := make([]uint64, 0, lanes*len(row))
	for _, w := range row {
		out = append(out, Broadcast(w)...)
	}
	r.ToWeights(out)
	return out
}

// Bytes is the memory of the weights.
func (m *Matrix) Bytes() int64 {
	words := len(m.tiled)
	for _, row := range m.single {
		words += len(row)
	}
	return 8 * int64(words)
}

// Scratch is how many words Multiply needs: a tile of the sources, and a polynomial for the rows that the
// last group lacks.
func (m *Matrix) Scratch() int {
	words := MatrixTile * m.terms
	if m.rows%matrixRows > 0 {
		words += m.ring.n
	}
	return words
}

// Multiply computes outs[k] = Σ_e row_k[e]·sources[e] on the coefficients from one multiple of MatrixTile up
// to another. With accumulate set, it adds to outs. All residues are reduced.
func (m *Matrix) Multiply(outs, sources [][]uint64, from, to int, accumulate bool, scratch []uint64) {
	if len(outs) != m.rows || len(sources) != m.terms || len(scratch) < m.Scratch() || from%MatrixTile != 0 || to%MatrixTile != 0 || to > m.ring.n {
		panic("kernel: operands of a matrix do not fit")
	}
	for _, list := range [][][]uint64{outs, sources} {
		for _, p := range list {
			m.ring.check(p)
		}
	}
	if m.tiled == nil {
		m.oneByOne(outs, sources, from, to, accumulate, scratch)
		return
	}
	m.tiles(outs, sources, from, to, accumulate, scratch)
}

// oneByOne computes row by row; sources of one tile stay in the cache.
func (m *Matrix) oneByOne(outs, sources [][]uint64, from, to int, accumulate bool, scratch []uint64) {
	parts, sum := make([][]uint64, m.terms), scratch[:MatrixTile]
	for ; from < to; from += MatrixTile {
		for e, s := range sources {
			parts[e] = s[from : from+MatrixTile]
		}
		for k, row := range m.single {
			out := outs[k][from : from+MatrixTile]
			if !accumulate {
				m.ring.dotPart(out, parts, row, true)
				continue
			}
			m.ring.dotPart(sum, parts, row, true)
			for j, x := range sum {
				out[j] = m.ring.add(out[j], x)
			}
		}
	}
}

// matrixArgs is read by the assembly.
type matrixArgs struct {
	rows    *[]uint64
	tile    *uint64
	weights *uint64
	terms   int
	groups  int
	at      int // offset of the tile in bytes
	more    int
}

// tiles copies the sources of a tile next to each other and lets the assembly compute all rows on it.
func (m *Matrix) tiles(outs, sources [][]uint64, from, to int, accumulate bool, scratch []uint64) {
	padded := outs
	if over := len(outs) % matrixRows; over > 0 {
		unused := scratch[MatrixTile*m.terms:]
		padded = outs[:len(outs):len(outs)]
		for range matrixRows - over {
			padded = append(padded, unused)
		}
	}
	args := matrixArgs{rows: &padded[0], tile: &scratch[0], weights: &m.tiled[0], terms: m.terms, groups: len(padded) / matrixRows}
	if accumulate {
		args.more = 1
	}
	for ; from < to; from += MatrixTile {
		for e, s := range sources {
			copy(scratch[e*MatrixTile:(e+1)*MatrixTile], s[from:])
		}
		args.at = 8 * from
		matrix(&args, &m.ring.limits[0])
	}
}
