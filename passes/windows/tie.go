package windows

import (
	"slices"

	"hecc/ir/tensor"
)

// Tie says which weights of an affine operation are one, as those of a convolution are at all places.
type Tie struct {
	Class   []int     // of each row: rows of one class, as those of a channel, have the same weights
	Classes int       // how many
	Weight  [][]int32 // of each entry of each map: the number of its weight among those of the row's class
	Weights int       // how many numbers there are, of all classes together
}

// TieOf finds the ties of an operation whose operands and result have these shapes, without axes of one index. It
// fails where no weight is at two places.
//
// An axis of the result along which windows of all operands move, with the same weights, is one of places; the others count
// classes. A weight is known by where it stands in the window, and by the operand's indices on other axes.
func TieOf(op tensor.Affine, in [][]int, out []int) (*Tie, bool) {
	follows := make([][]Follow, len(op.Maps))
	for k, m := range op.Maps {
		follows[k] = Of(m, in[k], out)
	}
	places := make([]bool, len(out))
	some := false
	for p := range out {
		moves := !slices.ContainsFunc(follows, func(f []Follow) bool { return f[p].Axis == None })
		if only := only(p, len(out)); moves && newTie(op, follows, in, out, only).agrees(op) {
			places[p], some = true, true
		}
	}
	if !some {
		return nil, false
	}
	return newTie(op, follows, in, out, places), true
}

// only is true for one axis.
func only(axis, axes int) []bool {
	list := make([]bool, axes)
	list[axis] = true
	return list
}

// newTie is the tie along some axes of the result.
func newTie(op tensor.Affine, follows [][]Follow, in [][]int, out []int, places []bool) *Tie {
	t := &Tie{Class: make([]int, op.Maps[0].Rows), Classes: 1}
	for p, n := range out {
		if !places[p] {
			t.Classes *= n
		}
	}
	rows := allIndices(out)
	for i := range t.Class {
		for p, n := range out {
			if !places[p] {
				t.Class[i] = t.Class[i]*n + rows[i*len(out)+p]
			}
		}
	}
	for k, m := range op.Maps {
		t.number(m, newNumbering(follows[k], in[k], places), rows)
	}
	return t
}

// number gives numbers to the entries of one map.
func (t *Tie) number(m *tensor.Map, by numbering, rows []int) {
	known := slices.Repeat([]int32{None}, by.size)
	columns := allIndices(by.in)
	weight := make([]int32, len(m.Val))
	for i := range m.Rows {
		at := rows[i*by.axes:][:by.axes]
		for l := m.RowPtr[i]; l < m.RowPtr[i+1]; l++ {
			key := by.key(at, columns[m.Col[l]*len(by.in):][:len(by.in)])
			if known[key] == None {
				known[key] = int32(t.Weights)
				t.Weights++
			}
			weight[l] = known[key]
		}
	}
	t.Weight = append(t.Weight, weight)
}

// numbering gives each weight of a map a number: the digits are offsets in a window, or indices.
type numbering struct {
	in, radix []int    // of the operand's axes
	follow    []Follow // by the operand's axis; of result axis at
	at        []int    // or None
	size      int      // of all numbers
	axes      int      // of the result
}

func newNumbering(follows []Follow, in []int, places []bool) numbering {
	n := numbering{in: in, radix: slices.Clone(in), follow: make([]Follow, len(in)), at: slices.Repeat([]int{None}, len(in)), size: 1, axes: len(places)}
	for p, f := range follows {
		if f.Axis != None && places[p] {
			n.radix[f.Axis], n.follow[f.Axis], n.at[f.Axis] = f.high-f.low+1, f, p
		}
	}
	for _, r := range n.radix {
		n.size *= r
	}
	return n
}

func (n *numbering) key(row, col []int) int {
	key := 0
	for q, x := range col {
		if p := n.at[q]; p != None {
			x = n.follow[q].Den*x - n.follow[q].Num*row[p] - n.follow[q].low
		}
		key = key*n.radix[q] + x
	}
	return key
}

// agrees says whether most entries have the weight that the first entry with their number has in their class. Of large
// maps it looks at some classes, evenly.
func (t *Tie) agrees(op tensor.Affine) bool {
	first := make(map[[2]int]float64)
	same, all := 0, 0
	for k, m := range op.Maps {
		every := 1 + len(m.Val)/sampledEntries
		for i := range m.Rows {
			if t.Class[i]%every != 0 {
				continue
			}
			for l := m.RowPtr[i]; l < m.RowPtr[i+1]; l++ {
				key := [2]int{t.Class[i], int(t.Weight[k][l])}
				v, ok := first[key]
				if !ok {
					first[key] = m.Val[l]
					continue
				}
				all++
				if d := m.Val[l] - v; d <= tolerance*max(v, -v) && -d <= tolerance*max(v, -v) {
					same++
				}
			}
		}
	}
	return 2*same >= all
}

// sampledEntries are enough to tell weights that are alike by chance.
const sampledEntries = 1 << 16

// tolerance is for weights that are sums, added up in different orders.
const tolerance = 1e-9
