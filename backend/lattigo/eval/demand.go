package eval

import (
	"slices"

	"hecc/backend/lattigo/kernel"
	"hecc/ir/he"
	"hecc/ir/params"
	"hecc/ir/plan"
)

// demand lists what the operations of a circuit sum under a client's keys, and chooses in which forms a session holds these:
//
//   - a key alone, for all operations that find it nowhere else (at the highest level of these);
//   - the keys of one sum side by side, so that the sum is one pass (keySum);
//   - a key times the diagonals of one Linear, whose rotations then need no memory of their own (product).
//
// The second and third cost nothing where nobody else uses the keys. Otherwise they are bought from the budget.
type demand struct {
	params   *params.Params
	relin    int         // number of the key in the file, as below
	rotation map[int]int // of the circuit's rotation
	sums     []*keySum
	products []*product
}

// keySum is a sum over keys at a level. A held one also serves the same sum at lower levels.
type keySum struct {
	keys  []int
	level int
	held  bool
}

// product is a key times the diagonals of some terms of a Linear.
type product struct {
	value *he.Value
	key   int
	terms int
	held  bool
}

func newDemand(p *plan.Plan) *demand {
	d := &demand{params: &p.Interface.Params, rotation: map[int]int{}}
	first := 0
	if p.Interface.Keys.Relin != he.NoKey {
		first = 1
	}
	for i, k := range p.Interface.Keys.Rotations {
		d.rotation[k.By/p.Interface.Lanes] = first + i
	}
	for _, v := range p.Circuit.Values {
		d.add(v)
	}
	return d
}

// add lists the sums of one value.
func (d *demand) add(v *he.Value) {
	switch op := v.Op.(type) {
	case he.Relin:
		d.addSum([]int{d.relin}, v.Level)
	case he.Fold:
		for _, steps := range d.chunks(op.Steps) {
			d.addSum(d.keysOf(steps), v.Level)
		}
	case he.Linear:
		_, giants := op.Rotations()
		for _, t := range op.Terms {
			if len(giants) > 0 {
				d.addSum(d.keysOf([]int{t.Baby}), v.Level)
				d.addSum(d.keysOf([]int{t.Giant}), v.Level)
			} else if t.Baby != 0 {
				d.addProduct(v, d.rotation[t.Baby])
			}
		}
	}
}

func (d *demand) addSum(keys []int, level int) {
	if len(keys) > 0 && d.find(keys, level) == nil {
		d.sums = append(d.sums, &keySum{keys: keys, level: level})
	}
}

func (d *demand) find(keys []int, level int) *keySum {
	for _, s := range d.sums {
		if s.level == level && slices.Equal(s.keys, keys) {
			return s
		}
	}
	return nil
}

func (d *demand) addProduct(v *he.Value, key int) {
	for _, p := range d.products {
		if p.value == v && p.key == key {
			p.terms++
			return
		}
	}
	d.products = append(d.products, &product{value: v, key: key, terms: 1})
}

// keysOf are the keys of rotations; none belongs to 0.
func (d *demand) keysOf(steps []int) (keys []int) {
	for _, by := range steps {
		if by != 0 {
			keys = append(keys, d.rotation[by])
		}
	}
	return keys
}

// chunks splits the steps of a Fold into as many as one pass can sum, usually all.
func (d *demand) chunks(steps []int) [][]int {
	most := min(kernel.MaxPlain, kernel.MaxProducts/d.params.Digits(d.params.MaxLevel()))
	return slices.Collect(slices.Chunk(steps, max(1, most)))
}

// keyBytes is the memory of the weights of one key at a level: two for each digit, limb and coefficient.
func (d *demand) keyBytes(level int) int64 {
	return 16 * int64(d.params.N()) * int64(d.params.Digits(level)) * int64(level+1+len(d.params.P))
}

func (s *keySum) bytes(d *demand) int64  { return int64(len(s.keys)) * d.keyBytes(s.level) }
func (p *product) bytes(d *demand) int64 { return int64(p.terms) * d.keyBytes(p.value.Level) }

// server is the held sum that a sum reads, the lowest that there is; nil if it reads keys alone.
func (d *demand) server(keys []int, level int) (found *keySum) {
	for _, s := range d.sums {
		if s.held && s.level >= level && (found == nil || s.level < found.level) && slices.Equal(s.keys, keys) {
			found = s
		}
	}
	return found
}

// alone gives the level of each key that is held alone.
func (d *demand) alone() map[int]int {
	levels := map[int]int{}
	use := func(key, level int) {
		if have, ok := levels[key]; !ok || have < level {
			levels[key] = level
		}
	}
	for _, s := range d.sums {
		if d.server(s.keys, s.level) == nil {
			for _, k := range s.keys {
				use(k, s.level)
			}
		}
	}
	for _, p := range d.products {
		if !p.held {
			use(p.key, p.value.Level)
		}
	}
	return levels
}

// bytes is the memory that a session takes.
func (d *demand) bytes() (total int64) {
	for _, level := range d.alone() {
		total += d.keyBytes(level)
	}
	for _, s := range d.sums {
		if s.held {
			total += s.bytes(d)
		}
	}
	for _, p := range d.products {
		if p.held {
			total += p.bytes(d)
		}
	}
	return total
}

// choose decides what is held. First come products, which save most for their memory, then sums of several keys, then copies at lower
// levels, which are read without gaps; within each of these what takes least. What takes nothing is always held.
func (d *demand) choose(budget int64) error {
	var products, joint, copies []*bool
	for _, p := range d.products {
		products = append(products, &p.held)
	}
	for _, s := range d.sums {
		if len(s.keys) > 1 {
			joint = append(joint, &s.held)
		} else {
			copies = append(copies, &s.held)
		}
	}
	for _, limit := range []int64{0, budget} {
		for _, candidates := range [][]*bool{products, joint, copies} {
			d.hold(candidates, limit)
		}
	}
	if least := d.bytes(); budget > 0 && least > budget {
		return &MemoryError{budget, least}
	}
	return nil
}

// hold takes candidates as long as they add nothing or all fits the budget.
func (d *demand) hold(candidates []*bool, budget int64) {
	for {
		before := d.bytes()
		var best *bool
		var least int64
		for _, c := range candidates {
			if *c {
				continue
			}
			*c = true
			added := d.bytes() - before
			*c = false
			if best == nil || added < least {
				best, least = c, added
			}
		}
		if best == nil || least > 0 && before+least > budget {
			return
		}
		*best = true
	}
}
