package memory

import (
	"slices"

	"hecc/ir/he"
	"hecc/ir/params"
)

// Bounds of one pass over coefficients: those of the evaluator's kernels.
const (
	MaxProducts = 256 // products of a sum
	MaxPlain    = 12  // polynomials that are added to a sum as they are
)

// Forms lists what the operations of a circuit sum under a client's keys, and chooses in which forms a
// session holds these:
//
//   - a key alone, for all operations that find it nowhere else (at the highest level of these);
//   - the keys of one sum side by side, so that the sum is one pass;
//   - a key times the diagonals of one Linear, whose rotated operand then needs no pass of its own.
//
// The second and third cost nothing where nobody else uses the keys. Otherwise they are bought from the
// budget.
type Forms struct {
	params   *params.Params
	first    int         // number of the first rotation's key in the file
	rotation map[int]int // number of a key, by the circuit's rotation
	sums     []*Form
	products []*Form
	uses     map[int][]*Form // all of these, by key
}

// Form is a sum over keys at a level, or a key times the diagonals of some terms of a Linear. If it is not
// held, each of its keys is read where it is alone.
type Form struct {
	Keys  []int // by their numbers in the file
	Level int
	held  bool
	same  *[]*Form  // of a sum: the sums over the same keys; one that is held also serves those at lower levels
	value *he.Value // of a product
	terms int       // of a product
}

// RelinKey is the number of the relinearisation key in the file, if there is one.
const RelinKey = 0

// NewForms lists what a planned circuit sums. Nothing is held yet.
func NewForms(c *he.Circuit) *Forms {
	all := &Forms{params: c.Params, rotation: map[int]int{}, uses: map[int][]*Form{}}
	keys := c.KeysNeeded()
	if keys.Relin != he.NoKey {
		all.first = RelinKey + 1
	}
	for i, k := range keys.Rotations {
		all.rotation[k.By/c.Lanes] = all.first + i
	}
	for _, v := range c.Values {
		all.add(v)
	}
	return all
}

// add lists the sums of one value.
func (all *Forms) add(v *he.Value) {
	switch op := v.Op.(type) {
	case he.Relin:
		all.addSum([]int{RelinKey}, v.Level)
	case he.Fold:
		for _, steps := range all.Chunks(op.Steps) {
			all.addSum(all.KeysOf(steps), v.Level)
		}
	case he.Linear:
		_, giants := op.Rotations()
		for _, t := range op.Terms {
			if len(giants) > 0 {
				all.addSum(all.KeysOf([]int{t.Baby}), v.Level)
				all.addSum(all.KeysOf([]int{t.Giant}), v.Level)
			} else if t.Baby != 0 {
				all.addProduct(v, all.rotation[t.Baby])
			}
		}
	}
}

func (all *Forms) addSum(keys []int, level int) {
	if len(keys) == 0 {
		return
	}
	f := &Form{Keys: keys, Level: level}
	for _, s := range all.uses[keys[0]] {
		if s.value == nil && slices.Equal(s.Keys, keys) {
			if f.same = s.same; s.Level == level {
				return
			}
		}
	}
	if f.same == nil {
		f.same = new([]*Form)
	}
	*f.same = append(*f.same, f)
	all.sums = append(all.sums, f)
	all.use(f)
}

func (all *Forms) addProduct(v *he.Value, key int) {
	if p := all.product(v, key); p != nil {
		p.terms++
		return
	}
	f := &Form{Keys: []int{key}, Level: v.Level, value: v, terms: 1}
	all.products = append(all.products, f)
	all.use(f)
}

func (all *Forms) use(f *Form) {
	for _, key := range f.Keys {
		all.uses[key] = append(all.uses[key], f)
	}
}

// product is the form of a key in a Linear; nil if there is none.
func (all *Forms) product(v *he.Value, key int) *Form {
	for _, f := range all.uses[key] {
		if f.value == v {
			return f
		}
	}
	return nil
}

// KeysOf are the keys of rotations; none belongs to 0.
func (all *Forms) KeysOf(steps []int) (keys []int) {
	for _, by := range steps {
		if by != 0 {
			keys = append(keys, all.rotation[by])
		}
	}
	return keys
}

// Chunks splits the steps of a Fold into as many as one pass can sum, usually all.
func (all *Forms) Chunks(steps []int) [][]int {
	most := min(MaxPlain, MaxProducts/all.params.Digits(all.params.MaxLevel()))
	return slices.Collect(slices.Chunk(steps, max(1, most)))
}

// keyBytes is the memory of one key at a level: two words for each digit, limb and coefficient.
func keyBytes(p *params.Params, level int) int64 {
	return 16 * int64(p.N()) * int64(p.Digits(level)) * int64(limbs(p, level))
}

// bytes is the memory of a form that is held.
func (all *Forms) bytes(f *Form) int64 {
	return int64(max(len(f.Keys), f.terms)) * keyBytes(all.params, f.Level)
}

// heldForm is the held form that a form reads, of a sum the lowest that there is; nil if it reads keys alone.
func (f *Form) heldForm() (found *Form) {
	if f.value != nil {
		if f.held {
			return f
		}
		return nil
	}
	for _, s := range *f.same {
		if s.held && s.Level >= f.Level && (found == nil || s.Level < found.Level) {
			found = s
		}
	}
	return found
}

// HoldsProduct says whether a key is held times the diagonals of a Linear.
func (all *Forms) HoldsProduct(v *he.Value, rotation int) bool {
	return all.product(v, all.rotation[rotation]).held
}

// Key is the number of a rotation's key in the file.
func (all *Forms) Key(rotation int) int { return all.rotation[rotation] }

// SumOf finds what a sum over keys reads; nil for keys alone.
func (all *Forms) SumOf(keys []int, level int) *Form {
	for _, f := range all.uses[keys[0]] {
		if f.value == nil && f.Level == level && slices.Equal(f.Keys, keys) {
			return f.heldForm()
		}
	}
	return nil
}

// Alone is the level that a key is held alone at; he.NoKey if it is not.
func (all *Forms) Alone(key int) int {
	level := he.NoKey
	for _, f := range all.uses[key] {
		if f.heldForm() == nil {
			level = max(level, f.Level)
		}
	}
	return level
}

// aloneBytes is the memory of some keys alone.
func (all *Forms) aloneBytes(keys []int) (total int64) {
	for i, key := range keys {
		if level := all.Alone(key); level != he.NoKey && !slices.Contains(keys[:i], key) {
			total += keyBytes(all.params, level)
		}
	}
	return total
}

// Bytes is the memory that a session takes.
func (all *Forms) Bytes() (total int64) {
	for key := range all.uses {
		total += all.aloneBytes([]int{key})
	}
	for _, f := range slices.Concat(all.sums, all.products) {
		if f.held {
			total += all.bytes(f)
		}
	}
	return total
}

// added is how much more memory a session takes if a form is held.
func (all *Forms) added(f *Form) int64 {
	before := all.aloneBytes(f.Keys)
	f.held = true
	added := all.bytes(f) + all.aloneBytes(f.Keys) - before
	f.held = false
	return added
}

// Choose decides what is held within a budget for a session, and says what a session takes at least: the budget
// does not do if it is less. Budget 0 means the least. First come products, which save most for their memory, then sums of several
// keys, then copies at lower levels, which are read without gaps; within each of these what takes least. What
// takes nothing is always held.
func (all *Forms) Choose(budget int64) (least int64) {
	var joint, copies []*Form
	for _, s := range all.sums {
		if len(s.Keys) > 1 {
			joint = append(joint, s)
		} else {
			copies = append(copies, s)
		}
	}
	kinds := [][]*Form{all.products, joint, copies}
	for _, forms := range kinds {
		all.hold(forms, 0)
	}
	least = all.Bytes()
	left := budget - least
	for _, forms := range kinds {
		left -= all.hold(forms, left)
	}
	return least
}

// most is the memory that a session takes if everything is held.
func (all *Forms) most() (total int64) {
	for _, f := range slices.Concat(all.sums, all.products) {
		total += all.bytes(f)
	}
	return total
}

// hold takes forms as long as they add nothing, or no more than is left, and says how much all of them add.
func (all *Forms) hold(forms []*Form, left int64) (added int64) {
	for {
		var best *Form
		var least int64
		for _, f := range forms {
			if f.held {
				continue
			}
			if a := all.added(f); best == nil || a < least {
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
