package kernel

// GatherInput is what a Gather reads.
type GatherInput struct {
	Table   *Table
	Weights []uint64   // of the columns that the table gives weights, interleaved (see Interleave), from ToWeights
	Sources [][]uint64 // one for each column
}

// GatherOutput says where the two sums of a Gather go, and which part of them a call computes.
type GatherOutput struct {
	First, Second []uint64
	PairsOnly     bool // leave out the columns that are not pairs; they have no weights then
	Accumulate    bool // add to First and Second, in place of writing them
	Part, Parts   int  // compute part number Part of Parts equal ones
}

// between is the output restricted to some blocks.
func (o GatherOutput) between(first, end int) GatherOutput {
	o.First, o.Second = o.First[first*lanes:end*lanes], o.Second[first*lanes:end*lanes]
	return o
}

// blocks are the first block of the part that an output asks for, and the one behind it.
func (r *Ring) blocks(o GatherOutput) (first, end int) {
	return r.n / lanes * o.Part / o.Parts, r.n / lanes * (o.Part + 1) / o.Parts
}

// checkOutput panics unless both sums have the ring's degree.
func (r *Ring) checkOutput(o GatherOutput) GatherOutput {
	o.First, o.Second = r.check(o.First), r.check(o.Second)
	return o
}

// checkInput panics unless table, weights and sources fit each other.
func (r *Ring) checkInput(in GatherInput, pairsOnly bool) {
	c := in.Table.used(pairsOnly)
	if in.Table.n != r.n || len(in.Weights) < r.n*in.Table.strideOf(c) || len(in.Sources) < c.total() {
		panic("kernel: table, weights and sources of a sum do not fit")
	}
	for _, s := range in.Sources[:c.total()] {
		r.check(s)
	}
}

// Gather computes two sums of products for each coefficient,
//
//	First  = Σ_pairs w0·x + Σ_first w·x + Σ_plainFirst x
//	Second = Σ_pairs w1·x + Σ_second w·x + Σ_plainSecond x
//
// with one source x for each column, permuted as the table says. All residues are reduced.
func (r *Ring) Gather(in GatherInput, out GatherOutput) {
	out = r.checkOutput(out)
	r.checkInput(in, out.PairsOnly)
	first, end := r.blocks(out)
	r.gatherBlocks(in, out.between(first, end), first)
}

// gatherBlocks computes as many coefficients as the output has, from a block on.
func (r *Ring) gatherBlocks(in GatherInput, out GatherOutput, first int) {
	t, c := in.Table, in.Table.used(out.PairsOnly)
	if c.total() == 0 || len(out.First) == 0 {
		if !out.Accumulate {
			clear(out.First)
			clear(out.Second)
		}
		return
	}
	stride := t.strideOf(c)
	weights, entries := in.Weights[first*lanes*stride:], t.entries[first*t.total():]
	if r.code == nil {
		r.gatherGo(GatherInput{t, weights, in.Sources}, out, c, entries)
		return
	}
	args := gatherArgs{
		sources: &in.Sources[0], entries: &entries[0], patterns: &t.patterns[0], columns: c,
		skip: 4 * (t.total() - c.total()), skipWeights: 8 * lanes * (stride - c.Weights()),
	}
	if len(weights) > 0 {
		args.weights = &weights[0]
	}
	if out.Accumulate {
		args.more = 1
	}
	gather(r.code, &out.First[0], &out.Second[0], len(out.First)/lanes, &args, &r.limits[0])
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
