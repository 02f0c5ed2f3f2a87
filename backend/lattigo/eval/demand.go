package eval

import (
	"slices"

	"hecc/backend/lattigo/kernel"
	"hecc/ir/he"
	"hecc/ir/params"
	"hecc/ir/plan"
)

// demand lists what the operations of a circuit sum under a client's keys, and chooses in which forms a
// session holds these:
//
//   - a key alone, for all operations that find it nowhere else (at the highest level of these);
//   - the keys of one sum side by side, so that the sum is one pass;
//   - a key times the diagonals of one Linear, whose rotated operand then needs no pass of its own.
//
// The second and third cost nothing where nobody else uses the keys. Otherwise they are bought from the
// budget.
type demand struct {
	params   *params.Params
	relin    int         // number of the key in the file, as below
	rotation map[int]int // of the circuit's rotation
	sums     []*keyForm
	products []*keyForm
	uses     map[int][]*keyForm // all of these, by key
}

// keyForm is a sum over keys at a level, or a key times the diagonals of some terms of a Linear. If it is not
// held, each of its keys is read where it is alone.
type keyForm struct {
	keys  []int
	level int
	held  bool
	same  *[]*keyForm // of a sum: the sums over the same keys; one that is held also serves those at lower levels
	value *he.Value   // of a product
	terms int         // of a product
}

func newDemand(p *plan.Plan) *demand {
	d := &demand{params: &p.Interface.Params, rotation: map[int]int{}, uses: map[int][]*keyForm{}}
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
	if len(keys) == 0 {
		return
	}
	f := &keyForm{keys: keys, level: level}
	for _, s := range d.uses[keys[0]] {
		if s.value == nil && slices.Equal(s.keys, keys) {
			if f.same = s.same; s.level == level {
				return
			}
		}
	}
	if f.same == nil {
		f.same = new([]*keyForm)
	}
	*f.same = append(*f.same, f)
	d.sums = append(d.sums, f)
	d.use(f)
}

func (d *demand) addProduct(v *he.Value, key int) {
	if p := d.product(v, key); p != nil {
		p.terms++
		return
	}
	f := &keyForm{keys: []int{key}, level: v.Level, value: v, terms: 1}
	d.products = append(d.products, f)
	d.use(f)
}

func (d *demand) use(f *keyForm) {
	for _, key := range f.keys {
		d.uses[key] = append(d.uses[key], f)
	}
}

// product is the form of a key in a Linear; nil if there is none.
func (d *demand) product(v *he.Value, key int) *keyForm {
	for _, f := range d.uses[key] {
		if f.value == v {
			return f
		}
	}
	return nil
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

// bytes is the memory of a form that is held.
func (d *demand) bytes(f *keyForm) int64 {
	return int64(max(len(f.keys), f.terms)) * d.keyBytes(f.level)
}

// heldForm is the held form that a form reads, of a sum the lowest that there is; nil if it reads keys alone.
func (f *keyForm) heldForm() (found *keyForm) {
	if f.value != nil {
		if f.held {
			return f
		}
		return nil
	}
	for _, s := range *f.same {
		if s.held && s.level >= f.level && (found == nil || s.level < found.level) {
			found = s
		}
	}
	return found
}

// sumOf finds what a sum over keys reads; nil for keys alone.
func (d *demand) sumOf(keys []int, level int) *keyForm {
	for _, f := range d.uses[keys[0]] {
		if f.value == nil && f.level == level && slices.Equal(f.keys, keys) {
			return f.heldForm()
		}
	}
	return nil
}

// alone is the level that a key is held alone at; he.NoKey if it is not.
func (d *demand) alone(key int) int {
	level := he.NoKey
	for _, f := range d.uses[key] {
		if f.heldForm() == nil {
			level = max(level, f.level)
		}
	}
	return level
}

// aloneBytes is the memory of some keys alone.
func (d *demand) aloneBytes(keys []int) (total int64) {
	for i, key := range keys {
		if level := d.alone(key); level != he.NoKey && !slices.Contains(keys[:i], key) {
			total += d.keyBytes(level)
		}
	}
	return total
}

// total is the memory that a session takes.
func (d *demand) total() (total int64) {
	for key := range d.uses {
		total += d.aloneBytes([]int{key})
	}
	for _, f := range slices.Concat(d.sums, d.products) {
		if f.held {
			total += d.bytes(f)
		}
	}
	return total
}

// added is how much more memory a session takes if a form is held.
func (d *demand) added(f *keyForm) int64 {
	before := d.aloneBytes(f.keys)
	f.held = true
	added := d.bytes(f) + d.aloneBytes(f.keys) - before
	f.held = false
	return added
}

// choose decides what is held. First come products, which save most for their memory, then sums of several
// keys, then copies at lower levels, which are read without gaps; within each of these what takes least. What
// takes nothing is always held.
func (d *demand) choose(budget int64) error {
	var joint, copies []*keyForm
	for _, s := range d.sums {
		if len(s.keys) > 1 {
			joint = append(joint, s)
		} else {
			copies = append(copies, s)
		}
	}
	kinds := [][]*keyForm{d.products, joint, copies}
	for _, forms := range kinds {
		d.hold(forms, 0)
	}
	least := d.total()
	if budget > 0 && least > budget {
		return &MemoryError{budget, least}
	}
	left := budget - least
	for _, forms := range kinds {
		left -= d.hold(forms, left)
	}
	return nil
}

// hold takes forms as long as they add nothing, or no more than is left, and says how much all of them add.
func (d *demand) hold(forms []*keyForm, left int64) (added int64) {
	for {
		var best *keyForm
		var least int64
		for _, f := range forms {
			if f.held {
				continue
			}
			if a := d.added(f); best == nil || a < least {
				best, least = f, a
			}
		}
		if best == nil || least > 0 && least > left-added {
			return added
		}
		best.held = true
		added += least
	}
}
