package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A transform of N coefficients runs in passes over memory. One pass does two or three levels of
// butterflies on four or eight vectors that stand a stride apart; the last of the forward transform does six, the
// second three within eight vectors, after transposing them. The inverse goes the other way round.
// Constants stand in the order of use.

const (
	vectorBytes = 64
	eight       = 8
)

// forward generates the passes of the forward transform.
func forward(a arithmetic) {
	for _, radix := range []int{4, 8} {
		pass(a, fmt.Sprint("forward", radix, a.name()), radix, func(m *modulus, x []lazy, c func(int) constant) {
			for i := range x {
				x[i].bound = m.limit
			}
			m.forwardLevels(x, c)
		})
	}
	blocks(a, "forwardLast"+a.name(), func(m *modulus, x []lazy, spread, each func(int) constant) {
		for i := range x {
			x[i].bound = m.limit
		}
		m.forwardLevels(x, spread)
		transpose(x)
		m.forwardLevels(x, each)
		for i := range x {
			m.reduce(&x[i], 1)
		}
		transpose(x)
	})
}

// inverse generates those of the inverse, without the division by N.
func inverse(a arithmetic) {
	for _, radix := range []int{4, 8} {
		pass(a, fmt.Sprint("inverse", radix, a.name()), radix, func(m *modulus, x []lazy, c func(int) constant) {
			for i := range x {
				x[i].bound = m.product()
			}
			m.inverseLevels(x, c)
		})
	}
	blocks(a, "inverseFirst"+a.name(), func(m *modulus, x []lazy, spread, each func(int) constant) {
		for i := range x {
			x[i].bound = 1
		}
		transpose(x)
		m.inverseLevels(x, each)
		transpose(x)
		m.inverseLevels(x, spread)
	})
}

// forwardLevels does log2(len(x)) levels. Constant number 2^l-1+g is that of group g in level l.
func (m *modulus) forwardLevels(x []lazy, c func(int) constant) {
	for groups := 1; groups < len(x); groups *= 2 {
		half := len(x) / groups / 2
		for g := range groups {
			w, first := c(groups-1+g), 2*half*g
			for k := range half {
				m.forward(&x[first+k], &x[first+half+k], w)
			}
		}
	}
}

// inverseLevels undoes forwardLevels with the inverse constants.
func (m *modulus) inverseLevels(x []lazy, c func(int) constant) {
	for groups := len(x) / 2; groups > 0; groups /= 2 {
		half := len(x) / groups / 2
		for g := range groups {
			w, first := c(groups-1+g), 2*half*g
			for k := range half {
				m.backward(&x[first+k], &x[first+half+k], w)
			}
		}
	}
	for i := range x {
		m.reduce(&x[i], m.product())
	}
}

// pass generates a function that applies levels to vectors a stride (of words) apart, for all vectors of
// one group, then for the next group with its own constants.
func pass(a arithmetic, name string, radix int, levels func(*modulus, []lazy, func(int) constant)) {
	function(name, "func(dst, src *uint64, groups, stride int, constants, consts *uint64)")
	m := begin(a)
	spread, _ := a.words()
	from, to := newColumns("src", radix), newColumns("dst", radix)
	constants := pointer("constants")
	groups := Load(Param("groups"), GP64())
	Label("group")
	count := GP64()
	MOVQ(from.stride, count)
	Label("vector")
	x := from.load()
	levels(m, x, func(i int) constant { return a.spread(constants.Offset(8 * spread * i)) })
	to.store(x)
	from.advance()
	to.advance()
	SUBQ(U32(vectorBytes), count)
	JNZ(LabelRef("vector"))
	from.skip(radix)
	to.skip(radix)
	ADDQ(U32(8*spread*(radix-1)), constants.Base)
	DECQ(groups)
	JNZ(LabelRef("group"))
	end()
}

// blocks generates a function that works on blocks of eight vectors. Each has its constants: first
// those that all lanes share, filled up to whole vectors, then those of each lane.
func blocks(a arithmetic, name string, levels func(m *modulus, x []lazy, spread, each func(int) constant)) {
	function(name, "func(dst, src *uint64, blocks int, constants, consts *uint64)")
	m := begin(a)
	spread, each := a.words()
	shared := (7*8*spread + vectorBytes - 1) / vectorBytes * vectorBytes
	src, dst, constants := pointer("src"), pointer("dst"), pointer("constants")
	count := Load(Param("blocks"), GP64())
	Label("block")
	x := make([]lazy, eight)
	for i := range x {
		x[i].v = load(src.Offset(vectorBytes * i))
	}
	levels(m, x,
		func(i int) constant { return a.spread(constants.Offset(8 * spread * i)) },
		func(i int) constant { return a.each(constants.Offset(shared + vectorBytes*each*i)) })
	for i := range x {
		VMOVDQU64(x[i].v, dst.Offset(vectorBytes*i))
	}
	ADDQ(U32(vectorBytes*eight), src.Base)
	ADDQ(U32(vectorBytes*eight), dst.Base)
	ADDQ(U32(shared+7*vectorBytes*each), constants.Base)
	DECQ(count)
	JNZ(LabelRef("block"))
	end()
}

// columns addresses vectors a stride apart.
type columns struct {
	low, high      reg.GPVirtual // of vectors 0 to 3, and 4 to 7
	stride, triple reg.GPVirtual // in bytes
	count          int
}

func newColumns(param string, count int) *columns {
	c := &columns{low: GP64(), high: GP64(), stride: GP64(), triple: GP64(), count: count}
	Load(Param(param), c.low)
	Load(Param("stride"), c.stride)
	SHLQ(U8(3), c.stride)
	LEAQ(Mem{Base: c.stride, Index: c.stride, Scale: 2}, c.triple)
	LEAQ(Mem{Base: c.low, Index: c.stride, Scale: 4}, c.high)
	return c
}

func (c *columns) at(i int) Mem {
	base := c.low
	if i >= 4 {
		base = c.high
	}
	switch i % 4 {
	case 1:
		return Mem{Base: base, Index: c.stride, Scale: 1}
	case 2:
		return Mem{Base: base, Index: c.stride, Scale: 2}
	case 3:
		return Mem{Base: base, Index: c.triple, Scale: 1}
	}
	return Mem{Base: base}
}

func (c *columns) load() []lazy {
	x := make([]lazy, c.count)
	for i := range x {
		x[i].v = load(c.at(i))
	}
	return x
}

func (c *columns) store(x []lazy) {
	for i := range x {
		VMOVDQU64(x[i].v, c.at(i))
	}
}

// advance goes on to the next vectors, skip to the next group.
func (c *columns) advance() {
	ADDQ(U32(vectorBytes), c.low)
	ADDQ(U32(vectorBytes), c.high)
}

func (c *columns) skip(radix int) {
	for _, base := range []reg.GPVirtual{c.low, c.high} {
		LEAQ(Mem{Base: base, Index: c.stride, Scale: 4}, base)
		if radix == 8 {
			ADDQ(c.triple, base)
		} else {
			SUBQ(c.stride, base)
		}
	}
}
