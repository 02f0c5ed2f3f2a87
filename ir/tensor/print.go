package tensor

import "hecc/ir/text"

// Document renders the graph in the text format of package text.
func (g *Graph) Document() *text.Document {
	d := &text.Document{Lines: []text.Line{{ID: text.NoResult, Op: "tensor", Attrs: []text.Attr{
		{Key: "stage", Value: string(g.Stage)}, {Key: "file", Value: g.File},
	}}}}
	for _, n := range g.Nodes {
		l := text.Line{ID: n.ID, Op: n.Op.Name(), Attrs: n.Op.attrs(), Pos: n.Pos}
		for _, in := range n.In {
			l.Args = append(l.Args, in.ID)
		}
		d.Lines = append(d.Lines, l)
	}
	for _, o := range g.Outputs {
		d.Lines = append(d.Lines, text.Line{ID: text.NoResult, Op: "output", Args: []int{o.Node.ID},
			Attrs: []text.Attr{{Key: "name", Value: o.Name}}})
	}
	return d
}

// Print renders the graph so that Parse reads back an equal one.
func (g *Graph) Print() string { return g.Document().Print() }
