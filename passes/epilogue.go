package passes

import (
	"math"

	"hecc/ir/diag"
	"hecc/ir/tensor"
)

// splitEpilogue cuts off what the client computes in clear after decryption: Softmax,
// ArgMax, label logic, and a trailing Sigmoid (the two-class Softmax: it is invertible,
// so its argument tells the client nothing that its value would not). What is left to
// compute on ciphertexts has one output, to which the epilogue is applied.
func splitEpilogue(c *compilation) error {
	client := clientNodes(c.graph)
	cuts := cutNodes(c.graph, client)
	for _, n := range cuts {
		if isConst(n) {
			return diag.Errorf(n.Pos, "an output does not depend on the input").Note("remove that output from the model")
		}
	}
	server := newRewriter(c.graph, tensor.Imported)
	for _, n := range c.graph.Nodes {
		if !client[n.ID] {
			server.keep(n)
		}
	}
	joined := joinCuts(server, cuts)
	server.out.Outputs = []tensor.Output{{Name: "encrypted", Node: joined}}

	c.epilogue = buildEpilogue(c.graph, client, cuts, joined)
	c.graph = prune(server.out)
	return nil
}

// joinCuts flattens and joins several values that the client needs into one.
func joinCuts(r *rewriter, cuts []*tensor.Node) *tensor.Node {
	if len(cuts) == 1 {
		return r.to[cuts[0]]
	}
	parts := make([]*tensor.Node, len(cuts))
	for i, n := range cuts {
		parts[i] = r.out.MustAdd(n.Pos, tensor.Reshape{Shape: []int{n.Size()}}, r.to[n])
	}
	return r.out.MustAdd(cuts[0].Pos, tensor.Concat{Axis: 0}, parts...)
}

// buildEpilogue copies the client's nodes behind an input that holds the decrypted values.
func buildEpilogue(g *tensor.Graph, client []bool, cuts []*tensor.Node, joined *tensor.Node) *tensor.Graph {
	r := newRewriter(g, tensor.Epilogue)
	in := r.out.MustAdd(diag.Pos{}, tensor.Input{Label: "decrypted", Shape: joined.Shape})
	offset := 0
	for _, n := range cuts {
		r.to[n] = in
		if len(cuts) > 1 {
			pick := make([]int, n.Size())
			for i := range pick {
				pick[i] = offset + i
			}
			m := tensor.SelectMap(pick, in.Size())
			r.to[n] = r.out.MustAdd(n.Pos, tensor.Affine{Shape: n.Shape, Maps: []*tensor.Map{m}}, in)
		}
		offset += n.Size()
	}
	for _, n := range g.Nodes {
		if client[n.ID] || isConst(n) {
			r.keep(n)
		}
	}
	return r.finish()
}

// clientNodes marks the nodes that move to the client, by ID.
func clientNodes(g *tensor.Graph) []bool {
	users := g.Users()
	light := make([]bool, len(g.Nodes))
	for i := len(g.Nodes) - 1; i >= 0; i-- {
		light[i] = isLight(g.Nodes[i])
		for _, u := range users[i] {
			light[i] = light[i] && light[u.ID]
		}
	}
	client := make([]bool, len(g.Nodes))
	for i, n := range g.Nodes {
		if light[i] && startsEpilogue(n) {
			client[i] = true
		}
		for _, in := range n.In {
			client[i] = client[i] || client[in.ID]
		}
	}
	return client
}

// startsEpilogue says whether a node may be the first that the client computes.
func startsEpilogue(n *tensor.Node) bool {
	switch op := n.Op.(type) {
	case tensor.Softmax, tensor.LogSoftmax, tensor.Hardmax, tensor.Normalize, tensor.ArgMax, tensor.Label, tensor.ZipMap:
		return true
	case tensor.Func:
		return op.Fn == "sigmoid" && op.Body == nil
	}
	return false
}

// isLight says whether the client may compute the node: it must not carry weights.
func isLight(n *tensor.Node) bool {
	switch n.Op.(type) {
	case tensor.Reshape, tensor.Transpose, tensor.Concat, tensor.Pick:
		return true
	case tensor.Add, tensor.Sub:
		for _, in := range n.In {
			if isConst(in) && in.Size() > 1 {
				return false
			}
		}
		return true
	}
	return startsEpilogue(n)
}

// cutNodes lists the server's values that the client needs, in order.
func cutNodes(g *tensor.Graph, client []bool) []*tensor.Node {
	needed := make([]bool, len(g.Nodes))
	for _, n := range g.Nodes {
		for _, in := range n.In {
			if client[n.ID] && !client[in.ID] && !isConst(in) {
				needed[in.ID] = true
			}
		}
	}
	for _, o := range g.Outputs {
		if !client[o.Node.ID] {
			needed[o.Node.ID] = true
		}
	}
	var cuts []*tensor.Node
	for i, n := range g.Nodes {
		if needed[i] {
			cuts = append(cuts, n)
		}
	}
	return cuts
}

// amplification bounds how much larger than an error of the decrypted values an error of
// the primary output can be. Softmax halves it at least: a row of its Jacobian has
// absolute sum 2p(1-p); Sigmoid's slope is at most 1/4.
func amplification(epilogue *tensor.Graph) float64 {
	gain := make([]float64, len(epilogue.Nodes))
	for i, n := range epilogue.Nodes {
		switch n.Op.(type) {
		case tensor.Input:
			gain[i] = 1
		case tensor.Const:
			gain[i] = 0
		case tensor.Softmax:
			gain[i] = gain[n.In[0].ID] / 2
		case tensor.LogSoftmax: // a row of its Jacobian has absolute sum 2(1-p)
			gain[i] = gain[n.In[0].ID] * 2
		case tensor.Normalize: // of σ(s): a row of the Jacobian by s has absolute sum 2 at most
			gain[i] = math.Inf(1)
			if _, ok := n.In[0].Op.(tensor.Func); ok {
				gain[i] = 2 * gain[n.In[0].In[0].ID]
			}
		case tensor.Func:
			gain[i] = gain[n.In[0].ID] / 4
		case tensor.Add, tensor.Sub:
			gain[i] = gain[n.In[0].ID] + gain[n.In[1].ID]
		default:
			for _, in := range n.In {
				gain[i] = max(gain[i], gain[in.ID])
			}
		}
	}
	return gain[epilogue.Primary().Node.ID]
}
