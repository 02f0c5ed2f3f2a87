package kernel

// Gather computes two sums of products for each coefficient,
//
//	out0 = Σ_pairs w0·x + Σ_first w·x + Σ_plainFirst x,   out1 = Σ_pairs w1·x + Σ_second w·x + Σ_plainSecond x
//
// with one source x for each column, permuted as the table says. With pairsOnly set the other columns are left
// out, and have no weights. With more set, it adds to out. All residues are reduced. It computes part number part of so
// many equal ones.
func (r *Ring) Gather(out0, out1 []uint64, t *Table, weights []uint64, sources [][]uint64, pairsOnly, more bool, part, parts int) {
	out0, out1 = r.check(out0), r.check(out1)
	c := t.used(pairsOnly)
	step := t.strideOf(c)
	if t.n != r.n || len(weights) < r.n*step || len(sources) < c.total() {
		panic("kernel: table, weights and sources of a sum do not fit")
	}
	for _, s := range sources[:c.total()] {
		r.check(s)
	}
	blocks := r.n / lanes
	first, end := blocks*part/parts, blocks*(part+1)/parts
	r.gatherBlocks(out0[first*lanes:end*lanes], out1[first*lanes:end*lanes], t, c, weights, sources, more, first)
}

// gatherBlocks computes as many coefficients as out0 and out1 have, from a block on.
func (r *Ring) gatherBlocks(out0, out1 []uint64, t *Table, c Columns, weights []uint64, sources [][]uint64, more bool, first int) {
	if c.total() == 0 || len(out0) == 0 {
		if !more {
			clear(out0)
			clear(out1)
		}
		return
	}
	step := t.strideOf(c)
	weights, entries := weights[first*lanes*step:], t.entries[first*t.total():]
	if r.code == nil {
		r.gatherGo(out0, out1, t, c, weights, entries, sources, more)
		return
	}
	args := gatherArgs{
		sources: &sources[0], entries: &entries[0], patterns: &t.patterns[0], columns: c,
		skip: 4 * (t.total() - c.total()), skipWeights: 8 * lanes * (step - c.Weights()),
	}
	if len(weights) > 0 {
		args.weights = &weights[0]
	}
	if more {
		args.more = 1
	}
	gather(r.code, &out0[0], &out1[0], len(out0)/lanes, &args, &r.limits[0])
}

// gatherArgs and dotArgs are read by the assembly.
type gatherArgs struct {
	sources  *[]uint64
	entries  *uint32
	weights  *uint64
	patterns *uint64
	columns  Columns
	skip     int // bytes of entries between rows
	more     int

	skipWeights int // bytes of weights between rows
}

type dotArgs struct {
	sources *[]uint64
	weights *uint64
	terms   int
	step    int // bytes of weights from block to block
}
