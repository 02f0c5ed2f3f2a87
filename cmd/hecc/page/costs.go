package page

import (
	"cmp"
	"slices"

	"hecc/cmd/hecc/detail"
)

// costsView says where time and bytes go.
type costsView struct {
	Nodes     []nodeCost
	Kinds     []kindCost
	KeyLevels []keyLevel
	KeyNodes  []keyNode
}

type nodeCost struct {
	Cost
	Index  int // in the report
	Number int // of the node; 0: not found
	Share  float64
}

// kindCost adds up operations of one kind.
type kindCost struct {
	Op    string
	Count int
	Ms    float64
	Share float64
}

// keyLevel adds up the keys at a level.
type keyLevel struct {
	Level, Keys int
	Bytes       int64
	Share       float64
}

// keyNode adds up the keys that a node uses, and those that nothing else does.
type keyNode struct {
	Number, Keys int
	Op           string
	Bytes, Only  int64
}

func costsOf(r *Report) (v costsView) {
	for k, c := range r.Nodes {
		n := nodeCost{Cost: c, Index: k, Share: c.Ms / r.PredictedMs}
		for _, m := range r.Detail.Nodes {
			if m.Op == c.Op && m.Name == c.Source && len(m.Planned) > 0 {
				n.Number = m.Number
				break
			}
		}
		v.Nodes = append(v.Nodes, n)
	}
	kinds := map[string]*kindCost{}
	for _, o := range r.Detail.Operations {
		if kinds[o.Op] == nil {
			kinds[o.Op] = &kindCost{Op: o.Op}
		}
		kinds[o.Op].Count++
		kinds[o.Op].Ms += o.Ms
	}
	for _, k := range kinds {
		k.Share = k.Ms / r.PredictedMs
		v.Kinds = append(v.Kinds, *k)
	}
	slices.SortFunc(v.Kinds, func(a, b kindCost) int { return cmp.Or(cmp.Compare(b.Ms, a.Ms), cmp.Compare(a.Op, b.Op)) })
	v.KeyLevels, v.KeyNodes = keysByLevel(r), keysByNode(r.Detail)
	return v
}

func keysByLevel(r *Report) []keyLevel {
	out := make([]keyLevel, r.Levels+1)
	total := int64(0)
	for _, k := range r.Detail.Keys {
		out[k.Level].Level = k.Level
		out[k.Level].Keys++
		out[k.Level].Bytes += int64(k.Bytes)
		total += int64(k.Bytes)
	}
	out = slices.DeleteFunc(out, func(l keyLevel) bool { return l.Keys == 0 })
	for k := range out {
		out[k].Share = float64(out[k].Bytes) / float64(total)
	}
	slices.Reverse(out)
	return out
}

func keysByNode(d *detail.Detail) (out []keyNode) {
	for _, n := range d.Nodes {
		k := keyNode{Number: n.Number, Op: n.Op}
		for _, key := range d.Keys {
			if !slices.Contains(key.Nodes, n.Number) {
				continue
			}
			k.Keys++
			k.Bytes += int64(key.Bytes)
			if len(key.Nodes) == 1 {
				k.Only += int64(key.Bytes)
			}
		}
		if k.Keys > 0 {
			out = append(out, k)
		}
	}
	return out
}
