package kernel

// dotPart is Dot on a part of the coefficients: out and every source have the same length, a multiple of the
// lanes. With constant weights there is one block of each.
func (r *Ring) dotPart(out []uint64, sources [][]uint64, weights []uint64, constant bool) {
	if r.code == nil {
		r.dotGo(out, sources, weights, constant)
		return
	}
	args := dotArgs{sources: &sources[0], weights: &weights[0], terms: len(sources)}
	if !constant {
		args.step = 8 * lanes * len(sources)
	}
	dot(r.code.narrow, &out[0], len(out)/lanes, &args, &r.limits[0])
}
