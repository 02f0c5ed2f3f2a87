package lower

import (
	"hecc/ir/diag"
	"hecc/ir/tensor"
	"hecc/passes/rewrite"
)

// SplitPrologue moves to the client, before encryption, what depends on the sample and on nothing that the
// model's owner keeps secret: missing values, categories, clipping, and any other function before the first
// matrix. The client computes it exactly, and at no cost for the server. Maps that only scale stay with the
// server unless such a function follows.
func SplitPrologue(g *tensor.Graph) (prologue, rest *tensor.Graph) {
	head := prologueNodes(g)
	cuts := prologueCuts(g, head)
	prologue = buildPrologue(g, head, cuts)
	if prologue.Outputs[0].Node == prologue.Input() {
		return prologue, g
	}
	return prologue, restOfPrologue(g, head, cuts)
}

// prologueNodes marks the client's nodes, by ID. The input is always one.
func prologueNodes(g *tensor.Graph) []bool {
	front, users := frontNodes(g), g.Users()
	curved, head := make([]bool, len(g.Nodes)), make([]bool, len(g.Nodes))
	for i, n := range g.Nodes {
		for _, in := range n.In {
			curved[i] = curved[i] || curved[in.ID]
		}
		_, product := n.Op.(tensor.Mul) // a product of two values costs the server little
		if front[i] && !n.Linear() && (!product || curved[i]) {
			curved[i], head[i] = true, true
		}
	}
	for i := len(g.Nodes) - 1; i >= 0; i-- {
		for _, u := range users[i] {
			head[i] = head[i] || front[i] && head[u.ID]
		}
	}
	some := head[g.Input().ID]
	head[g.Input().ID] = true
	for i, n := range g.Nodes {
		if some && front[i] && movesElements(n) && allIn(n, head) {
			head[i] = true // so that elements that are not read are not encrypted
		}
	}
	return head
}

// PrologueNodes lists the nodes of the model, by their number in its file, that the client computes before
// encryption.
func PrologueNodes(g *tensor.Graph) map[int]bool {
	out := map[int]bool{}
	for i, head := range prologueNodes(g) {
		if n := g.Nodes[i]; head && n.Pos.Op != "" && !isConst(n) {
			out[n.Pos.Node] = true
		}
	}
	return out
}

// frontNodes marks the nodes that the client may compute. Sums count only if weights follow: otherwise all of
// a model without weights, as a distance from the mean, would be the client's.
func frontNodes(g *tensor.Graph) []bool {
	front, users := g.PrologueCandidates(), g.Users()
	weights := make([]bool, len(g.Nodes)) // by ID: a later node has weights
	for i := len(g.Nodes) - 1; i >= 0; i-- {
		for _, u := range users[i] {
			weights[i] = weights[i] || weights[u.ID] || hasWeights(u)
		}
	}
	for i, n := range g.Nodes {
		if _, sum := n.Op.(tensor.MatMul); sum && !weights[i] || !allIn(n, front) {
			front[i] = false
		}
	}
	return front
}

// hasWeights says whether an operation carries weights, as matrices and convolutions do.
func hasWeights(n *tensor.Node) bool {
	switch n.Op.(type) {
	case tensor.MatMul:
		return !n.OnlySums()
	case tensor.Affine:
		return true
	}
	return false
}

func movesElements(n *tensor.Node) bool {
	switch n.Op.(type) {
	case tensor.Reshape, tensor.Transpose, tensor.Concat, tensor.Pick:
		return true
	}
	return false
}

func allIn(n *tensor.Node, set []bool) bool {
	for _, in := range n.In {
		if !set[in.ID] && !isConst(in) {
			return false
		}
	}
	return true
}

// prologueCuts lists the client's values that the server needs, in order.
func prologueCuts(g *tensor.Graph, head []bool) []*tensor.Node {
	behind := make([]bool, len(head))
	for i, is := range head {
		behind[i] = !is
	}
	cuts := cutNodes(g, behind)
	if len(cuts) == 0 {
		return []*tensor.Node{g.Input()} // no output depends on the input: the next pass reports it
	}
	return cuts
}

// buildPrologue makes a graph of the client's nodes. Its output is the concatenation of all that is
// encrypted.
func buildPrologue(g *tensor.Graph, head []bool, cuts []*tensor.Node) *tensor.Graph {
	r := rewrite.New(g, tensor.Prologue)
	for _, n := range g.Nodes {
		if head[n.ID] || isConst(n) {
			r.Keep(n)
		}
	}
	r.Out.Outputs = []tensor.Output{{Name: "encrypted", Node: joinCuts(r, cuts)}}
	return rewrite.Prune(r.Out)
}

// restOfPrologue is the server's part of the graph; its input is the prologue's output.
func restOfPrologue(g *tensor.Graph, head []bool, cuts []*tensor.Node) *tensor.Graph {
	r := rewrite.New(g, g.Stage)
	shape := cuts[0].Shape
	if len(cuts) > 1 {
		shape = []int{0}
		for _, n := range cuts {
			shape[0] += n.Size()
		}
	}
	in := r.Out.MustAdd(diag.Pos{}, tensor.Input{Label: g.Input().Op.(tensor.Input).Label, Shape: shape})
	offset := 0
	for _, n := range cuts {
		r.To[n] = in
		if len(cuts) > 1 {
			pick := make([]int, n.Size())
			for i := range pick {
				pick[i] = offset + i
			}
			r.To[n] = r.Out.MustAdd(n.Pos, tensor.Pick{Shape: n.Shape, Index: pick}, in)
		}
		offset += n.Size()
	}
	for _, n := range g.Nodes {
		if !head[n.ID] {
			r.Keep(n)
		}
	}
	return r.Finish()
}
