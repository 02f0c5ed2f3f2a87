package eval

import (
	"sync"

	"hecc/backend/lattigo/kernel"
	lattigo "hecc/backend/lattigo/params"
)

// chain has the kernels for all moduli. Safe for concurrent use.
type chain struct {
	*lattigo.Rings
	q, p     []*kernel.Ring
	inverseP []uint64 // 1/P modulo each prime of Q, in Montgomery form

	mutex      sync.Mutex
	extensions map[extensionKey]*kernel.Extension
}

// extensionKey says from what a change of modulus starts, at a level of Q: a digit, or one of the below.
type extensionKey struct{ level, from int }

const (
	fromSpecial = -1 // division by P
	fromLast    = -2 // rescale to the level
	fromBoth    = -3 // both at once
)

func newChain(rings *lattigo.Rings, use kernel.Instructions) *chain {
	c := &chain{Rings: rings, extensions: map[extensionKey]*kernel.Extension{}}
	for _, s := range rings.RingQ.SubRings {
		c.q = append(c.q, kernel.NewRing(s, use))
	}
	for _, s := range rings.Special() {
		c.p = append(c.p, kernel.NewRing(s, use))
	}
	for _, r := range c.q {
		c.inverseP = append(c.inverseP, r.Montgomery(inverse(r, c.p)))
	}
	return c
}

// bytes is the memory of the rings' constants.
func (c *chain) bytes() (total int64) {
	for _, r := range c.qp(len(c.q) - 1) {
		total += r.Bytes()
	}
	return total
}

// qp lists the kernels modulo Q to a level and then P.
func (c *chain) qp(level int) []*kernel.Ring {
	return append(c.q[:level+1:level+1], c.p...)
}

// group has the first and the last but one of the limbs of a digit at a level. A digit is a polynomial modulo
// as many primes as P has.
func (c *chain) group(level, digit int) (from, to int) {
	return digit * len(c.p), min((digit+1)*len(c.p), level+1)
}

// extension prepares a change of modulus once: of digits to all moduli, of the others to Q, divided by
// what they come from.
func (c *chain) extension(key extensionKey) *kernel.Extension {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.extensions[key] == nil {
		c.extensions[key] = c.newExtension(key)
	}
	return c.extensions[key]
}

func (c *chain) newExtension(key extensionKey) *kernel.Extension {
	from, to := c.p, c.q[:key.level+1]
	factor := func(r *kernel.Ring) uint64 { return inverse(r, from) }
	switch key.from {
	case fromSpecial:
	case fromLast:
		from = c.q[key.level+1 : key.level+2]
	case fromBoth:
		return c.bothExtension(key.level)
	default:
		first, end := c.group(key.level, key.from)
		from, to = c.q[first:end], c.qp(key.level)
		factor = func(*kernel.Ring) uint64 { return 1 }
	}
	var factors []uint64
	for _, r := range to {
		factors = append(factors, factor(r))
	}
	return kernel.NewExtension(from, to, factors)
}

// bothExtension divides by the prime above a level and by P. Modulo that prime it gets x/P: see keyswitch.go.
func (c *chain) bothExtension(level int) *kernel.Extension {
	from, to := c.lastAndSpecial(level), c.q[:level+1]
	before, factors := []uint64{product(from[0], c.p)}, []uint64(nil)
	for range c.p {
		before = append(before, 1)
	}
	for _, r := range to {
		factors = append(factors, inverse(r, from))
	}
	return kernel.NewScaledExtension(from, to, before, factors)
}

// lastAndSpecial lists the prime above a level and those of P.
func (c *chain) lastAndSpecial(level int) []*kernel.Ring {
	return append([]*kernel.Ring{c.q[level+1]}, c.p...)
}

// inverse is one over the product of some primes.
func inverse(r *kernel.Ring, primes []*kernel.Ring) uint64 { return r.Inverse(product(r, primes)) }

// product is that of some primes.
func product(r *kernel.Ring, primes []*kernel.Ring) uint64 {
	x := uint64(1)
	for _, p := range primes {
		x = r.Times(r.Montgomery(x), r.Reduce(p.Q()))
	}
	return x
}
