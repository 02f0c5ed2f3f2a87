package kernel

// Dot computes out = Σ_e weight_e·source_e. Weights are interleaved (see Interleave); with constant weights
// there is one block of each: see Constant. More than MaxProducts terms are summed in parts.
func (r *Ring) Dot(out []uint64, sources [][]uint64, weights []uint64) {
	r.dot(out, sources, weights, r.code != nil && r.code.narrow)
}

// dot can be told to use the split accumulator, which takes any sources below 2^60.
func (r *Ring) dot(out []uint64, sources [][]uint64, weights []uint64, narrow bool) {
	out = r.check(out)
	constant := len(weights) == lanes*len(sources)
	if !constant && len(weights) != r.n*len(sources) {
		panic("kernel: weights and sources of a sum do not fit")
	}
	for _, s := range sources {
		r.check(s)
	}
	if len(sources) == 0 {
		clear(out)
		return
	}
	if r.code == nil {
		r.dotGo(out, sources, weights, constant)
		return
	}
	args := dotArgs{sources: &sources[0], weights: &weights[0], terms: len(sources)}
	if !constant {
		args.step = 8 * lanes * len(sources)
	}
	dot(narrow, &out[0], r.n/lanes, &args, &r.limits[0])
}

// dotGo takes the terms in parts whose sums fit into 128 bits.
func (r *Ring) dotGo(out []uint64, sources [][]uint64, weights []uint64, constant bool) {
	m := r.Modulus
	for j := range out {
		w := weights[j%lanes:]
		if !constant {
			w = weights[j/lanes*lanes*len(sources)+j%lanes:]
		}
		var sum, hi, lo uint64
		for e, s := range sources {
			hi, lo = addProduct(hi, lo, s[j], w[e*lanes])
			if e%MaxProducts == MaxProducts-1 {
				sum = m.add(sum, m.fold128(hi, lo))
				hi, lo = 0, 0
			}
		}
		out[j] = m.add(sum, m.fold128(hi, lo))
	}
}

// Broadcast repeats a weight for all lanes.
func Broadcast(w uint64) []uint64 {
	out := make([]uint64, lanes)
	for i := range out {
		out[i] = w
	}
	return out
}
