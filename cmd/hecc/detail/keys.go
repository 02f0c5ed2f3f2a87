package detail

import (
	"slices"

	"hecc/ir/he"
	"hecc/ir/plan"
	"hecc/runtime/wire"
)

// Key is an evaluation key.
type Key struct {
	Step  int   `json:"step"`  // of a rotation; 0: the relinearisation key
	Level int   `json:"level"` // that it is made for
	Bytes int   `json:"bytes"` // in the file of evaluation keys
	Nodes []int `json:"nodes"` // that use it, by number
}

// keysOf lists the keys, the largest first.
func keysOf(p *plan.Plan, ops []Operation) []Key {
	i, users := &p.Interface, map[int][]int{}
	for _, v := range p.Circuit.Values {
		switches := v.Op.KeySwitches()
		steps := switches.Rotations
		if switches.Relins > 0 {
			steps = append(slices.Clone(steps), 0)
		}
		for _, by := range steps {
			if at := by * p.Circuit.Lanes; !slices.Contains(users[at], ops[v.ID].Node) {
				users[at] = append(users[at], ops[v.ID].Node)
			}
		}
	}
	keys := []Key{}
	add := func(step, level int) {
		keys = append(keys, Key{step, level, wire.KeySize(i, level), users[step]})
	}
	if i.Keys.Relin != he.NoKey {
		add(0, i.Keys.Relin)
	}
	for _, k := range i.Keys.Rotations {
		add(k.By, k.Level)
	}
	slices.SortStableFunc(keys, func(a, b Key) int { return b.Bytes - a.Bytes })
	return keys
}
