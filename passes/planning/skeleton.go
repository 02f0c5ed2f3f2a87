package planning

import (
	"encoding/binary"
	"maps"
	"slices"

	"hecc/ir/he"
)

// skeleton is a circuit with one value for each class of values that planning treats alike: the same
// operation on operands that are alike, read by operations that are alike. A layer of a batch, with a
// ciphertext for each element, is one class. Parameters are searched for on the skeleton, so the search does
// not get slower with the width of a model.
type skeleton struct {
	*structure
	count []float64 // members of each class
}

// newSkeleton merges the values of a circuit, and what was measured of them.
func newSkeleton(full *structure, measured *profile) (*skeleton, *profile) {
	class := classes(full)
	merged := he.New(full.c.File, full.c.Slots)
	merged.Lanes, merged.Input, merged.Output = full.c.Lanes, full.c.Input, full.c.Output
	var members [][]*he.Value
	for _, v := range full.c.Values {
		if class[v.ID] == len(members) {
			members = append(members, nil)
			mergeValue(merged, v, class)
		}
		members[class[v.ID]] = append(members[class[v.ID]], v)
	}
	for _, v := range full.c.Outputs {
		if out := merged.Values[class[v.ID]]; !slices.Contains(merged.Outputs, out) {
			merged.Outputs = append(merged.Outputs, out)
		}
	}
	s := &skeleton{structure: analyse(merged)}
	out := &profile{power: powers(merged)}
	for k, list := range members {
		s.count = append(s.count, float64(len(list)))
		if s.only[k] = nil; full.only[list[0].ID] != nil {
			s.only[k] = merged.Values[class[full.only[list[0].ID].ID]]
		}
		out.merge(measured, list)
	}
	return s, out
}

// mergeValue adds the first member of a class, on the classes of its operands.
func mergeValue(merged *he.Circuit, v *he.Value, class []int) {
	var in []*he.Value
	place := map[*he.Value]int{}
	arg := make([]int, len(v.In))
	_, linear := v.Op.(he.Linear)
	for k, x := range v.In {
		rep := merged.Values[class[x.ID]]
		at, known := place[rep]
		if !known || !linear {
			at = len(in)
			in = append(in, rep)
		}
		place[rep], arg[k] = at, at
	}
	op := v.Op
	if lin, ok := op.(he.Linear); ok {
		lin.Terms = slices.Clone(lin.Terms)
		for i := range lin.Terms {
			lin.Terms[i].Arg = arg[lin.Terms[i].Arg]
		}
		op = lin
	}
	merged.Add(v.Pos, op, in...)
}

// merge appends a class to a profile. Noise of its members is independent, so gains add up; how much of it a
// member's operands amplify is averaged.
func (p *profile) merge(from *profile, members []*he.Value) {
	probes := len(from.gain[0])
	largest, square, active := 0.0, 0.0, 0.0
	gain, rotated, coherent := make([]float64, probes), make([]float64, probes), make([]float64, probes)
	for _, v := range members {
		largest, active = max(largest, from.largest[v.ID]), max(active, from.active[v.ID])
		square += from.square[v.ID] / float64(len(members))
		for k := range probes {
			gain[k] += from.gain[v.ID][k]
			rotated[k] += from.rotated[v.ID][k]
			coherent[k] += from.coherent[v.ID][k]
		}
	}
	p.largest, p.square, p.active = append(p.largest, largest), append(p.square, square), append(p.active, active)
	p.gain, p.rotated, p.coherent = append(p.gain, gain), append(p.rotated, rotated), append(p.coherent, coherent)
}

// classes numbers the class of each value, in order of the first members. It refines what
// the operations alone tell apart until operands and readers tell no more apart.
func classes(s *structure) []int {
	values := s.c.Values
	class, count := make([]int, len(values)), 0
	own := make([]string, len(values))
	for _, v := range values {
		own[v.ID] = s.signature(v)
	}
	users := make([][]*he.Value, len(values))
	for _, v := range values {
		for _, in := range v.In {
			users[in.ID] = append(users[in.ID], v)
		}
	}
	for {
		index := map[string]int{}
		next := make([]int, len(values))
		for _, v := range values {
			key := []byte(own[v.ID])
			if _, ok := v.Op.(he.Linear); ok {
				key = appendSet(key, v.In, class)
			} else {
				for _, in := range v.In {
					key = binary.AppendUvarint(key, uint64(class[in.ID]))
				}
			}
			key = appendSet(key, users[v.ID], class)
			k, ok := index[string(key)]
			if !ok {
				k = len(index)
				index[string(key)] = k
			}
			next[v.ID] = k
		}
		if class = next; len(index) == count {
			return class
		}
		count = len(index)
	}
}

// appendSet appends the classes of some values, each once and in order.
func appendSet(key []byte, values []*he.Value, class []int) []byte {
	set := map[int]bool{}
	for _, v := range values {
		set[class[v.ID]] = true
	}
	key = binary.AppendUvarint(key, uint64(len(set)))
	for _, k := range slices.Sorted(maps.Keys(set)) {
		key = binary.AppendUvarint(key, uint64(k))
	}
	return key
}

// signature is what planning sees of an operation itself.
func (s *structure) signature(v *he.Value) string {
	key := []byte(v.Op.Name())
	number := func(n int) { key = binary.AppendVarint(key, int64(n)) }
	number(v.Degree)
	number(s.depth[v.ID])
	number(boolInt(s.only[v.ID] != nil))
	number(boolInt(slices.Contains(s.c.Outputs, v)))
	number(boolInt(len(v.In) == 2 && v.In[0] == v.In[1]))
	m := v.Op.Meaning()
	number(len(m.Terms))
	number(len(m.Offset))
	if len(m.Terms) > 0 {
		number(len(m.Terms[0].Diag))
	}
	if multiplies(v.Op) && len(v.Op.KeySwitches().Rotations) > 0 {
		number(v.ID) // which slots its diagonals weigh how differs
	}
	return string(key)
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
