package kernel

// Scalar is a constant of one ring.
type Scalar struct {
	montgomery uint64
	words      []uint64 // for the assembly
}

// NewScalar prepares a residue.
func (r *Ring) NewScalar(x uint64) Scalar {
	s := Scalar{montgomery: r.Montgomery(x)}
	if r.code != nil {
		k := r.code.constant(x, r.q)
		s.words = k.spread[:r.code.spread]
	}
	return s
}

// Add is dst = x + y.
func (r *Ring) Add(dst, x, y []uint64) {
	dst, x, y = r.check(dst), r.check(x), r.check(y)
	if r.code != nil {
		addVectors(&dst[0], &x[0], &y[0], r.n, &r.limits[0])
		return
	}
	for j := range dst {
		dst[j] = r.add(x[j], y[j])
	}
}

// Affine is x·c + d, modulo one prime.
type Affine struct {
	c     Scalar
	d     uint64
	words []uint64
}

// NewAffine prepares two residues.
func (r *Ring) NewAffine(c, d uint64) Affine {
	a := Affine{c: r.NewScalar(c), d: d}
	a.words = append([]uint64{d}, a.c.words...)
	return a
}

// Affine is dst = x·c + d.
func (r *Ring) Affine(dst, x []uint64, a Affine) {
	dst, x = r.check(dst), r.check(x)
	if r.code != nil {
		r.code.affine(&dst[0], &x[0], r.n, &a.words[0], &r.limits[0])
		return
	}
	for j := range dst {
		dst[j] = r.add(r.Times(x[j], a.c.montgomery), a.d)
	}
}

// Sub is dst = x - y.
func (r *Ring) Sub(dst, x, y []uint64) {
	dst, x, y = r.check(dst), r.check(x), r.check(y)
	if r.code != nil {
		subVectors(&dst[0], &x[0], &y[0], r.n, &r.limits[0])
		return
	}
	for j := range dst {
		dst[j] = r.sub(x[j], y[j])
	}
}

// MulSub is dst = c·x - y.
func (r *Ring) MulSub(dst, x, y []uint64, c Scalar) {
	dst, x, y = r.check(dst), r.check(x), r.check(y)
	if r.code != nil {
		r.code.mulSub(&dst[0], &x[0], &y[0], r.n, &c.words[0], &r.limits[0])
		return
	}
	for j := range dst {
		dst[j] = r.sub(r.Times(x[j], c.montgomery), y[j])
	}
}

// Mul computes the three halves of (x0 + x1·s)(y0 + y1·s).
func (r *Ring) Mul(out0, out1, out2, x0, x1, y0, y1 []uint64) {
	for _, p := range [...][]uint64{out0, out1, out2, x0, x1, y0, y1} {
		r.check(p)
	}
	if r.code != nil {
		r.code.product(&out0[0], &out1[0], &out2[0], &x0[0], &x1[0], &y0[0], &y1[0], r.n, &r.product.words[0], &r.limits[0])
		return
	}
	radix := r.Montgomery(r.Montgomery(1)) // 2^128: undoes two Montgomery reductions
	for j := range r.n {
		h, l := addProduct(0, 0, x0[j], y0[j])
		z0 := r.Times(r.fold128(h, l), radix)
		h, l = addProduct(0, 0, x0[j], y1[j])
		h, l = addProduct(h, l, x1[j], y0[j])
		z1 := r.Times(r.fold128(h, l), radix)
		h, l = addProduct(0, 0, x1[j], y1[j])
		out0[j], out1[j], out2[j] = z0, z1, r.Times(r.fold128(h, l), radix)
	}
}
