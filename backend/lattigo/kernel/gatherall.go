package kernel

// GatherAll is Gather over several tables, whose sums it adds up. In Go, pairs of all tables are reduced
// once.
func (r *Ring) GatherAll(tables []GatherInput, out GatherOutput) {
	pairs, others := 0, 0
	for _, g := range tables {
		pairs += g.Table.Pairs
		others += g.Table.First + g.Table.Second
	}
	if r.code != nil || len(tables) == 1 || others > 0 || pairs > MaxProducts {
		for i, g := range tables {
			to := out
			to.Accumulate = out.Accumulate || i > 0
			r.Gather(g, to)
		}
		return
	}
	out = r.checkOutput(out)
	for _, g := range tables {
		r.checkInput(g, out.PairsOnly)
	}
	var picked [maxColumns * lanes]uint64
	first, end := r.blocks(out)
	for b := first; b < end; b++ {
		var x, y wideBlock
		z0, z1 := (*[lanes]uint64)(out.First[b*lanes:]), (*[lanes]uint64)(out.Second[b*lanes:])
		if !out.Accumulate {
			clear(z0[:])
			clear(z1[:])
		}
		for i := range tables {
			g := &tables[i]
			c := g.Table.used(out.PairsOnly)
			g.Table.pick(picked[:c.total()*lanes], g.Table.entries[b*g.Table.total():], g.Sources)
			x.addPairs(&y, c.Pairs, picked[:], g.Weights[b*lanes*g.Table.strideOf(c):])
			plain := picked[c.Pairs*lanes:]
			for k := range lanes {
				z0[k] = addPlain(r.Modulus, z0[k], c.PlainFirst, plain[k:])
				z1[k] = addPlain(r.Modulus, z1[k], c.PlainSecond, plain[c.PlainFirst*lanes+k:])
			}
		}
		x.fold(r.Modulus, z0, true)
		y.fold(r.Modulus, z1, true)
	}
}
