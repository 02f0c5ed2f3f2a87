package planning

import (
	"encoding/binary"
	"maps"
	"slices"

	"hecc/ir/he"
)

// quotient is the circuit with one value for each equivalence class of values. Values are equivalent if
// planning treats them alike: the same operation on equivalent operands, read by equivalent operations. It is
// the coarsest such partition, found by refinement. Where every element has a ciphertext of its own, a whole
// layer is one class. Parameters are searched for on the quotient, so the search does not get slower with the
// width of a model.
type quotient struct {
	*structure
	count []float64 // members of each class
}

// newQuotient makes the quotient of a circuit, and the profile of its classes.
func newQuotient(full *structure, measured *profile) (*quotient, *profile) {
	class := classes(full)
	circuit := he.New(full.c.File, full.c.Slots)
	circuit.Lanes, circuit.Input, circuit.Output = full.c.Lanes, full.c.Input, full.c.Output
	var members [][]*he.Value
	out := &profile{}
	for _, v := range full.c.Values {
		if class[v.ID] == len(members) {
			members = append(members, nil)
			arg := addClass(circuit, v, class)
			out.varianceGain = append(out.varianceGain, measured.varianceGain[v.ID].merge(arg))
		}
		members[class[v.ID]] = append(members[class[v.ID]], v)
	}
	for _, v := range full.c.Outputs {
		if out := circuit.Values[class[v.ID]]; !slices.Contains(circuit.Outputs, out) {
			circuit.Outputs = append(circuit.Outputs, out)
		}
	}
	s := &quotient{structure: analyse(circuit)}
	out.terms = countAllTerms(circuit)
	for k, list := range members {
		s.count = append(s.count, float64(len(list)))
		if s.soleReader[k] = nil; full.soleReader[list[0].ID] != nil {
			s.soleReader[k] = circuit.Values[class[full.soleReader[list[0].ID].ID]]
		}
		out.appendClass(measured, list)
	}
	return s, out
}

// addClass adds the first member of a class to the quotient, with the classes of its operands as operands. It
// says which operand each one became.
func addClass(circuit *he.Circuit, v *he.Value, class []int) (arg []int) {
	var in []*he.Value
	place := map[*he.Value]int{}
	arg = make([]int, len(v.In))
	_, linear := v.Op.(he.Linear)
	for k, x := range v.In {
		rep := circuit.Values[class[x.ID]]
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
	circuit.Add(v.Pos, op, in...)
	return arg
}

// appendClass appends a class to a profile. The noises of its members are independent, so their gains add up;
// the mean squares of slots, which noise is multiplied by, are averaged.
func (p *profile) appendClass(from *profile, members []*he.Value) {
	probes := len(from.gain[0])
	largest, square, active, coincidence := 0.0, 0.0, 0.0, 0.0
	gain, rotated, coherent := make([]float64, probes), make([]float64, probes), make([]float64, probes)
	for _, v := range members {
		largest, active = max(largest, from.largest[v.ID]), max(active, from.active[v.ID])
		square += from.square[v.ID] / float64(len(members))
		coincidence = max(coincidence, from.terms[v.ID].coincidence)
		for k := range probes {
			gain[k] += from.gain[v.ID][k]
			rotated[k] += from.rotatedGain[v.ID][k]
			coherent[k] += from.coherentGain[v.ID][k]
		}
	}
	p.largest, p.square, p.active = append(p.largest, largest), append(p.square, square), append(p.active, active)
	p.terms[len(p.largest)-1].coincidence = coincidence
	p.gain, p.rotatedGain, p.coherentGain = append(p.gain, gain), append(p.rotatedGain, rotated), append(p.coherentGain, coherent)
}

// classes numbers the class of each value, in order of the first members. It starts from the signatures of
// the operations and refines the partition by the classes of operands and readers until it no longer changes.
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

// signature encodes what planning reads of an operation itself.
func (s *structure) signature(v *he.Value) string {
	key := []byte(v.Op.Name())
	number := func(n int) { key = binary.AppendVarint(key, int64(n)) }
	number(v.Degree)
	number(s.depth[v.ID])
	number(boolInt(s.soleReader[v.ID] != nil))
	number(boolInt(slices.Contains(s.c.Outputs, v)))
	number(boolInt(len(v.In) == 2 && v.In[0] == v.In[1]))
	m := v.Op.Meaning()
	number(len(m.Terms))
	number(kindOf(m.Offset))
	if len(m.Terms) > 0 {
		number(kindOf(m.Terms[0].Diag))
	}
	if multiplies(v.Op) && len(v.Op.KeySwitches().Rotations) > 0 {
		number(v.ID) // its noise depends on its weights by slot, so it is a class of its own
	}
	return string(key)
}

// kindOf distinguishes one number for all slots, a number for each slot, and no plaintext.
func kindOf(p he.Plaintext) int {
	if p == nil {
		return 0
	}
	_, number := he.Number(p)
	return 2 - boolInt(number)
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
