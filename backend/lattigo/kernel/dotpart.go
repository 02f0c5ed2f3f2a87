package kernel

// dotPart is Dot with constant weights on a part of the coefficients: out and every source
// have the same length, a multiple of the lanes.
func (r *Ring) dotPart(out []uint64, sources [][]uint64, weights []uint64) {
	if r.code == nil {
		r.dotGo(out, sources, weights, true)
		return
	}
	args := dotArgs{sources: &sources[0], weights: &weights[0], terms: len(sources)}
	dot(r.code.narrow, &out[0], len(out)/lanes, &args, &r.limits[0])
}
