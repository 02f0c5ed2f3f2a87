package fit

import (
	"hecc/ir/tensor"
)

// A function whose approximation has degree 0 or 1 is multiplied into the affine maps around it, so its
// arguments are no longer values of the polynomial graph. Their interval still limits where the plan holds.
// It is kept together with the value of the exact network that the arguments are.

// AffineFunc is a function whose approximation has degree 0 or 1.
type AffineFunc struct {
	Poly     tensor.Poly
	Argument *tensor.Node // of the exact network
}

// affineFuncs lists the functions of a candidate whose approximations have degree 0 or 1.
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
