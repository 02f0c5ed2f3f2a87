package eval

import (
	"fmt"

	"hecc/backend/lattigo/kernel"
	"hecc/ir/memory"
)

// sessionWeights is the form of some weights that every session holds: for each coefficient a pair for each
// digit of each member, by digit and then by member, so that what a lower level needs comes first.
type sessionWeights struct {
	level   int
	members []member
}

// member is a key in a holding.
type member struct {
	key  int      // in the file
	arg  int      // operand that it switches
	perm []uint64 // of its rotation; nil for none
	diag poly     // what it is multiplied by, modulo QP in Montgomery form, and modulo Q divided by P; nil for 1
}

// pairs is how many pairs a coefficient has.
func (h *sessionWeights) pairs(c *chain) int { return c.Params.Digits(h.level) * len(h.members) }

// hold adds a holding and returns its number.
func (b *builder) hold(level int, members []member) int {
	b.sessionWeights = append(b.sessionWeights, &sessionWeights{level, members})
	return len(b.sessionWeights) - 1
}

// alone is the holding of one key.
func (b *builder) alone(key int) int {
	name := fmt.Sprint("key", key)
	if _, ok := b.held[name]; !ok {
		b.held[name] = b.hold(b.forms.Alone(key), []member{{key: key, perm: b.permOf[key]}})
	}
	return b.held[name]
}

// together is the holding of the keys of a sum.
func (b *builder) together(s *memory.Form) int {
	name := fmt.Sprint("sum", s.Keys, s.Level)
	if _, ok := b.held[name]; !ok {
		var members []member
		for _, key := range s.Keys {
			members = append(members, member{key: key, perm: b.permOf[key]})
		}
		b.held[name] = b.hold(s.Level, members)
	}
	return b.held[name]
}

// sessionWeightsOf are where a sum over keys finds them.
func (b *builder) sessionWeightsOf(keys []int, level int) (numbers []int) {
	if len(keys) == 0 {
		return nil
	}
	if s := b.forms.SumOf(keys, level); s != nil {
		return []int{b.together(s)}
	}
	for _, key := range keys {
		numbers = append(numbers, b.alone(key))
	}
	return numbers
}

// plain is a polynomial that is added to a sum as it is.
type plain struct {
	source int
	half   int
	perm   []uint64
}

// tables are a sum over the digits of one operand with some keys, and plain polynomials.
func (b *builder) tables(keys []int, level int, plains []plain) (tables []*table, err error) {
	for i, number := range b.sessionWeightsOf(keys, level) {
		if i > 0 {
			plains = nil
		}
		t, err := b.heldTable(number, level, plains)
		if err != nil {
			return nil, err
		}
		tables = append(tables, t)
	}
	if len(keys) == 0 {
		t, err := b.newTable(level, kernel.Columns{}, nil, nil, plains)
		return []*table{t}, err
	}
	return tables, nil
}

// heldTable reads the weights of a holding at its level or a lower one.
func (b *builder) heldTable(number, level int, plains []plain) (*table, error) {
	h := b.sessionWeights[number]
	digits := b.chain.Params.Digits(level)
	var perms [][]uint64
	var sources []int
	for d := range digits {
		for _, m := range h.members {
			perms, sources = append(perms, m.perm), append(sources, m.arg*digits+d)
		}
	}
	t, err := b.newTable(level, kernel.Columns{Pairs: len(perms)}, perms, sources, plains)
	if err == nil {
		t.Table, t.sessionWeights = t.WithStride(2*h.pairs(b.chain)), number
	}
	return t, err
}
