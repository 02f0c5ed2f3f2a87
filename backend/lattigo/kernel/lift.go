package kernel

// Lift takes residues modulo p, as the numbers from -p/2 to p/2, to residues modulo q and multiplies
// them by a factor.
type Lift struct {
	to      *Ring
	half, p uint64
	offset  uint64 // -half·factor
	factor  uint64 // in Montgomery form
	words   []uint64
}

// NewLift prepares the change of modulus for a factor below q.
func (r *Ring) NewLift(from Modulus, factor uint64) *Lift {
	l := &Lift{to: r, half: from.q / 2, p: from.q, factor: r.Montgomery(factor)}
	l.offset = r.sub(0, r.Times(r.Reduce(l.half), l.factor))
	if r.code != nil {
		k := r.code.liftConstant(factor, r.q)
		l.words = append([]uint64{l.half, l.p, l.offset}, k.spread[:]...)
	}
	return l
}

// ToNTT lifts a polynomial and transforms the result.
func (l *Lift) ToNTT(dst, src []uint64) {
	r := l.to
	dst, src = r.check(dst), r.check(src)
	if r.code != nil {
		r.code.lift(&dst[0], &src[0], r.n, &l.words[0], &r.limits[0])
	} else {
		for j, x := range src {
			if x += l.half; x >= l.p {
				x -= l.p
			}
			dst[j] = r.add(r.Times(r.Reduce(x), l.factor), l.offset)
		}
	}
	r.NTT(dst, dst)
}
