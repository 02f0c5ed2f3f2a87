package kernel

// GatherAll is Gather over several tables, whose sums it adds up. In Go, pairs of all tables are reduced once.
func (r *Ring) GatherAll(out0, out1 []uint64, tables []GatherInput, pairsOnly, more bool, part, parts int) {
	pairs, others := 0, 0
	for _, g := range tables {
		pairs += g.Table.Pairs
		others += g.Table.First + g.Table.Second
	}
	if r.code != nil || len(tables) == 1 || others > 0 || pairs > MaxProducts {
		for i, g := range tables {
			r.Gather(out0, out1, g.Table, g.Weights, g.Sources, pairsOnly, more || i > 0, part, parts)
		}
		return
	}
	out0, out1 = r.check(out0), r.check(out1)
	r.checkTerms(tables, pairsOnly)
	var picked [maxColumns * lanes]uint64
	for b := r.n / lanes * part / parts; b < r.n/lanes*(part+1)/parts; b++ {
		var x, y wideBlock
		z0, z1 := (*[lanes]uint64)(out0[b*lanes:]), (*[lanes]uint64)(out1[b*lanes:])
		if !more {
			clear(z0[:])
			clear(z1[:])
		}
		for i := range tables {
			g := &tables[i]
			c := g.Table.used(pairsOnly)
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
