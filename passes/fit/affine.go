package fit

import (
	"hecc/ir/tensor"
)

// A function that became a line or a constant is multiplied into the maps around it, and the polynomial graph has its arguments no
// more. Where they may lie is kept all the same, by the value of the imported graph that they are.

// Line is a function that became a line or a constant.
type AffineFunc struct {
	Poly     tensor.Poly
	Argument *tensor.Node // of the exact network
}

// lines lists the functions of a candidate that became lines.
func (f *fitter) affineFuncs(c *candidate) []AffineFunc {
	var out []AffineFunc
	k := 0
	for _, n := range f.Graph.Nodes {
		if _, ok := n.Op.(tensor.Func); !ok {
			continue
		}
		if p, ok := c.replaced[k].Op.(tensor.Poly); ok && p.Degree() <= 1 {
			out = append(out, AffineFunc{p, n.In[0]})
		}
		k++
	}
	return out
}
