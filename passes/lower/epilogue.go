package lower

import (
	"hecc/ir/diag"
	"hecc/ir/tensor"
	"hecc/passes/rewrite"
)

// SplitEpilogue splits off what the client computes in clear after decryption. The rest, which is computed on
// ciphertexts, has one output, and this is the epilogue's input.
func SplitEpilogue(g *tensor.Graph, keepTail bool) (rest, epilogue *tensor.Graph, err error) {
	g = spellMaxima(g, keepTail)
	client, err := newEpilogueSplit(g, keepTail).nodes()
	if err != nil {
		return nil, nil, err
	}
	cuts := cutNodes(g, client)
	for _, n := range cuts {
		if isConst(n) {
			return nil, nil, diag.At(n.Pos, "an output does not depend on the input").Cure("remove that output from the model")
		}
	}
	server := rewrite.New(g, tensor.Imported)
	for _, n := range g.Nodes {
		if !client[n.ID] {
			server.Keep(n)
		}
	}
	joined := joinCuts(server, cuts)
	server.Out.Outputs = []tensor.Output{{Name: "encrypted", Node: joined}}

	return rewrite.Prune(server.Out), buildEpilogue(g, client, cuts, joined), nil
}

// EpilogueNodes lists the nodes of the model, by their number in its file, that the client computes after
// decryption in full.
func EpilogueNodes(g *tensor.Graph) map[int]bool {
	out := map[int]bool{}
	_, g = SplitPrologue(g)
	g = spellMaxima(g, false)
	client, err := newEpilogueSplit(g, false).nodes()
	if err != nil {
		return out
	}
	for i, n := range g.Nodes {
		if n.Pos.Op != "" && !isConst(n) {
			before, seen := out[n.Pos.Node]
			out[n.Pos.Node] = client[i] && (before || !seen)
		}
	}
	return out
}

// joinCuts concatenates the values that the client needs, if there are several.
func joinCuts(r *rewrite.Rewriter, cuts []*tensor.Node) *tensor.Node {
	if len(cuts) == 1 {
		return r.To[cuts[0]]
	}
	parts := make([]*tensor.Node, len(cuts))
	for i, n := range cuts {
		parts[i] = r.Out.MustAdd(n.Pos, tensor.Reshape{Shape: []int{n.Size()}}, r.To[n])
	}
	return r.Out.MustAdd(cuts[0].Pos, tensor.Concat{Axis: 0}, parts...)
}

// buildEpilogue copies the client's nodes into a graph whose input has the decrypted values.
func buildEpilogue(g *tensor.Graph, client []bool, cuts []*tensor.Node, joined *tensor.Node) *tensor.Graph {
	r := rewrite.New(g, tensor.Epilogue)
	in := r.Out.MustAdd(diag.Pos{}, tensor.Input{Label: "decrypted", Shape: joined.Shape})
	offset := 0
	for _, n := range cuts {
		r.To[n] = in
		if len(cuts) > 1 {
			pick := make([]int, n.Size())
			for i := range pick {
				pick[i] = offset + i
			}
			m := tensor.SelectMap(pick, in.Size())
			r.To[n] = r.Out.MustAdd(n.Pos, tensor.Affine{Shape: n.Shape, Maps: []*tensor.Map{m}}, in)
		}
		offset += n.Size()
	}
	for _, n := range g.Nodes {
		if client[n.ID] || isConst(n) {
			r.Keep(n)
		}
	}
	return r.Finish()
}

// cutNodes lists the values that are computed before the cut and read behind it, in order; behind marks the
// nodes behind it.
func cutNodes(g *tensor.Graph, behind []bool) []*tensor.Node {
	needed := make([]bool, len(g.Nodes))
	for _, n := range g.Nodes {
		for _, in := range n.In {
			if behind[n.ID] && !behind[in.ID] && !isConst(in) {
				needed[in.ID] = true
			}
		}
	}
	for _, o := range g.Outputs {
		if !behind[o.Node.ID] {
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
