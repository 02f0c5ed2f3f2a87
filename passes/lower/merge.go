package lower

import (
	"slices"
	"strings"

	"hecc/ir/tensor"
	"hecc/passes/rewrite"
)

// MergeFunctions turns each elementwise subgraph of one variable that contains a function, as exporters write
// x·sigmoid(x) or GELU, into one Func, which is then approximated by one polynomial instead of several that
// are multiplied. It comes before linear maps are fused, since a fused map does not show that an operation
// was elementwise.
func MergeFunctions(g *tensor.Graph) *tensor.Graph {
	m := newMerger(g)
	needed := make([]bool, len(g.Nodes))
	for _, o := range g.Outputs {
		needed[o.Node.ID] = true
	}
	merged := map[*tensor.Node]region{}
	for _, n := range slices.Backward(g.Nodes) {
		if !needed[n.ID] {
			continue
		}
		in := n.In
		if r, ok := m.function(n); ok {
			merged[n] = r
			in = []*tensor.Node{r.variable}
		}
		for _, a := range in {
			needed[a.ID] = true
		}
	}
	r := rewrite.New(g, tensor.Imported)
	for _, n := range g.Nodes {
		if f, ok := merged[n]; ok {
			r.To[n] = r.Out.MustAdd(n.Pos, tensor.Func{Fn: f.name(), Body: f.body()}, r.To[f.variable])
		} else if _, input := n.Op.(tensor.Input); input || needed[n.ID] {
			r.Keep(n)
		}
	}
	return r.Finish()
}

// merger finds the elementwise functions of one variable. The dominator of a node is the nearest value that
// the node is an elementwise function of.
type merger struct {
	g         *tensor.Graph
	users     [][]*tensor.Node
	dominator []*tensor.Node // by ID; nil if not elementwise
	depth     []int          // length of the chain of dominators
}

func newMerger(g *tensor.Graph) *merger {
	m := &merger{g, g.Users(), make([]*tensor.Node, len(g.Nodes)), make([]int, len(g.Nodes))}
	for _, n := range g.Nodes {
		vars := variables(n)
		if len(vars) == 0 {
			continue
		}
		at := vars[0]
		for _, v := range vars[1:] {
			at = m.commonDominator(at, v)
		}
		if at != nil {
			m.dominator[n.ID], m.depth[n.ID] = at, m.depth[at.ID]+1
		}
	}
	return m
}

// commonDominator is the nearest value that both values are elementwise functions of; it may be one of them.
func (m *merger) commonDominator(a, b *tensor.Node) *tensor.Node {
	for range 2 * maxRegion {
		if a == b || a == nil || b == nil {
			break
		}
		if m.depth[a.ID] < m.depth[b.ID] {
			a, b = b, a
		}
		a = m.dominator[a.ID]
	}
	if a == b {
		return a
	}
	return nil
}

// variables are the operands that are not constant, if n is an elementwise operation of values of its own
// shape.
func variables(n *tensor.Node) []*tensor.Node {
	switch n.Op.(type) {
	case tensor.Func, tensor.Add, tensor.Sub, tensor.Mul, tensor.Div:
	default:
		return nil
	}
	var vars []*tensor.Node
	for _, in := range n.In {
		if isConst(in) {
			continue
		}
		if !slices.Equal(in.Shape, n.Shape) {
			return nil
		}
		vars = append(vars, in)
	}
	return vars
}

// region is a subgraph that computes its last node from one variable, in order.
type region struct {
	variable *tensor.Node
	nodes    []*tensor.Node
}

// function finds the region that becomes one function with n as its result.
func (m *merger) function(n *tensor.Node) (region, bool) {
	if m.dominator[n.ID] == nil || !m.joins(n) {
		return region{}, false
	}
	best, ok := m.region(n, m.dominator[n.ID])
	if !ok {
		return best, false
	}
	for at := best.variable; m.dominator[at.ID] != nil && m.onlyIn(at, n); at = m.dominator[at.ID] {
		wider, ok := m.region(n, m.dominator[at.ID])
		if !ok {
			break
		}
		if anyNonlinear(wider.nodes[:len(wider.nodes)-len(best.nodes)]) { // linear steps are included only if a nonlinear one precedes them
			best = wider
		}
	}
	_, alone := best.nodes[0].Op.(tensor.Func)
	return best, hasFunction(best.nodes) && !(alone && len(best.nodes) == 1)
}

// joins says whether merging n with earlier functions is of use. A linear operation is left to the affine map
// that follows a function, except for sums of two functions.
func (m *merger) joins(n *tensor.Node) bool {
	switch n.Op.(type) {
	case tensor.Add, tensor.Sub:
		for _, in := range n.In {
			if isConst(in) || in == m.dominator[n.ID] {
				return false
			}
			if r, ok := m.region(in, m.dominator[n.ID]); !ok || !hasFunction(r.nodes) {
				return false
			}
		}
		return true
	}
	return isNonlinear(n)
}

// onlyIn says whether all readers of a value lie between it and n.
func (m *merger) onlyIn(at, n *tensor.Node) bool {
	inside, _ := m.collect(n, at)
	return !m.g.IsOutput(at) && !slices.ContainsFunc(m.users[at.ID], func(u *tensor.Node) bool {
		return !slices.Contains(inside, u)
	})
}

// region is the subgraph between a node and one of its dominators, if it can be the body of a function.
func (m *merger) region(n, variable *tensor.Node) (region, bool) {
	nodes, ok := m.collect(n, variable)
	r := region{variable, nodes}
	return r, ok && r.body().Check(n.Size()) == nil
}

// collect lists the nodes between a node and one of its dominators, operands first; not all of them if there
// are too many.
func (m *merger) collect(n, variable *tensor.Node) (nodes []*tensor.Node, all bool) {
	all = true
	var seen []*tensor.Node
	var visit func(*tensor.Node)
	visit = func(n *tensor.Node) {
		if n == variable || isConst(n) || slices.Contains(seen, n) {
			return
		}
		if all = all && len(seen) < maxRegion; !all {
			return
		}
		seen = append(seen, n)
		for _, in := range n.In {
			visit(in)
		}
		nodes = append(nodes, n)
	}
	visit(n)
	return nodes, all
}

// maxRegion bounds the nodes of a region, and the time of the search for one.
const maxRegion = 64

// isNonlinear says whether a node is not linear in its operands.
func isNonlinear(n *tensor.Node) bool {
	switch n.Op.(type) {
	case tensor.Func:
		return true
	case tensor.Mul:
		return !isConst(n.In[0]) && !isConst(n.In[1])
	case tensor.Div:
		return !isConst(n.In[1])
	}
	return false
}

func anyNonlinear(nodes []*tensor.Node) bool { return slices.ContainsFunc(nodes, isNonlinear) }

// hasFunction says whether some node is neither linear nor a product.
func hasFunction(nodes []*tensor.Node) bool {
	return slices.ContainsFunc(nodes, func(n *tensor.Node) bool {
		_, product := n.Op.(tensor.Mul)
		return isNonlinear(n) && !product
	})
}

// body writes the region as a program.
func (r region) body() *tensor.Body {
	b := &tensor.Body{}
	value := map[*tensor.Node]int{r.variable: 0}
	for _, n := range r.nodes {
		args := make([]int, len(n.In))
		for k, in := range n.In {
			if c, ok := in.Op.(tensor.Const); ok {
				args[k] = b.AddConst(repeated(c, n.Shape)...)
			} else {
				args[k] = value[in]
			}
		}
		if f, ok := n.Op.(tensor.Func); ok {
			value[n] = b.Call(f.Program(), args[0])
		} else {
			value[n] = b.Add(n.Op.Name(), args...)
		}
	}
	return b
}

// repeated lists a constant's elements, broadcast to a larger shape.
func repeated(c tensor.Const, shape []int) []float64 {
	if len(c.Data) == 1 {
		return c.Data
	}
	index := tensor.BroadcastIndex(c.Shape, shape)
	out := make([]float64, len(index))
	for i, j := range index {
		out[i] = c.Data[j]
	}
	return out
}

// name lists the functions of the region.
func (r region) name() string {
	var names []string
	for _, n := range r.nodes {
		if f, ok := n.Op.(tensor.Func); ok && !slices.Contains(names, f.Fn) {
			names = append(names, f.Fn)
		}
	}
	if names == nil {
		return "quotient"
	}
	return "merged(" + strings.Join(names, " ") + ")"
}
