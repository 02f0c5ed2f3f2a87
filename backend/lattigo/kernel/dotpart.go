package kernel

// DotPart is Dot with constant weights on a part of the coefficients: out and every source
// have the same length, a multiple of the lanes. Callers that compute many sums of the same
// sources go part by part, so that the sources stay in the cache.
func (r *Ring) DotPart(out []uint64, sources [][]uint64, weights []uint64) {
	if len(out) == 0 || len(out)%lanes != 0 || len(sources) == 0 || len(weights) != lanes*len(sources) {
		panic("kernel: weights and sources of a part do not fit")
	}
	for _, s := range sources {
		if len(s) != len(out) {
			panic("kernel: source of a part has another length")
		}
	}
	if r.code == nil {
		r.dotGo(out, sources, weights, true)
		return
	}
	args := dotArgs{sources: &sources[0], weights: &weights[0], terms: len(sources)}
	dot(r.code.narrow, &out[0], len(out)/lanes, &args, &r.limits[0])
}

// Lanes is how many coefficients the kernels treat at once.
const Lanes = lanes
