package planning

import "hecc/ir/he"

// structure is what follows from a packed circuit alone.
type structure struct {
	c     *he.Circuit
	depth []int       // multiplications from the input to each value, by ID; equal within a sum
	group []int       // values that are added to each other share a group, and so a scale
	only  []*he.Value // of each value: what reads it, if that is one operation, once
	// degreeOne marks values that something reads which takes degree 1 only.
	degreeOne []bool
	// products lists, by depth, the depths of the operands of products of two ciphertexts.
	products [][][2]int
}

func analyse(c *he.Circuit) *structure {
	s := &structure{c: c, depth: make([]int, len(c.Values)), group: sumGroups(c), only: onlyReaders(c)}
	s.degreeOne = make([]bool, len(c.Values))
	for _, v := range c.Values {
		takes := v.Op.Rule().Takes == he.TakesOne
		for _, in := range v.In {
			s.degreeOne[in.ID] = s.degreeOne[in.ID] || takes
		}
	}
	s.levelDepths()
	s.products = productDepths(c, s.depth, s.maxDepth())
	return s
}

func onlyReaders(c *he.Circuit) []*he.Value {
	only, reads := make([]*he.Value, len(c.Values)), make([]int, len(c.Values))
	for _, v := range c.Values {
		for _, in := range v.In {
			only[in.ID] = v
			if reads[in.ID]++; reads[in.ID] > 1 {
				only[in.ID] = nil
			}
		}
	}
	return only
}

// multiplies says whether an operation adds to the depth: its scale is not that of an operand.
func multiplies(op he.Op) bool {
	s := op.Rule().Scale
	return s == he.ScaleByPlain || s == he.ScaleMultiplied
}

// isSum says whether operands and result share a scale and need nothing done to them in between.
func isSum(op he.Op) bool {
	r := op.Rule()
	return r.Scale == he.ScaleKept && r.Takes == he.TakesAny
}

// levelDepths raises depths until the members of each group agree.
func (s *structure) levelDepths() {
	groupDepth := make([]int, len(s.c.Values))
	for changed := true; changed; {
		changed = false
		for _, v := range s.c.Values {
			d, own := groupDepth[s.group[v.ID]], 0
			if multiplies(v.Op) {
				own = 1
			}
			for _, in := range v.In {
				d = max(d, s.depth[in.ID]+own)
			}
			if d != s.depth[v.ID] || d != groupDepth[s.group[v.ID]] {
				s.depth[v.ID], groupDepth[s.group[v.ID]] = d, d
				changed = true
			}
		}
	}
}

// maxDepth is the depth of the whole circuit.
func (s *structure) maxDepth() int {
	d := 0
	for _, x := range s.depth {
		d = max(d, x)
	}
	return d
}

// sumGroups joins the operands and results of additions.
func sumGroups(c *he.Circuit) []int {
	parent := make([]int, len(c.Values))
	var find func(i int) int
	find = func(i int) int {
		if parent[i] != i {
			parent[i] = find(parent[i])
		}
		return parent[i]
	}
	for _, v := range c.Values {
		parent[v.ID] = v.ID
		if isSum(v.Op) {
			for _, in := range v.In {
				parent[find(in.ID)] = find(v.ID)
			}
		}
	}
	for i := range parent {
		parent[i] = find(i)
	}
	return parent
}

// orders says which orders of relinearising and rescaling differ: only products of two ciphertexts are
// relinearised.
func (s *structure) orders() []bool {
	for _, products := range s.products {
		if len(products) > 0 {
			return []bool{false, true}
		}
	}
	return []bool{false}
}
