package he

import (
	"strconv"

	"hecc/ir/text"
)

// Document renders the circuit in the text format of package text.
func (c *Circuit) Document() *text.Document {
	d := &text.Document{Lines: []text.Line{
		{ID: text.NoResult, Op: "circuit", Attrs: []text.Attr{
			{Key: "stage", Value: string(c.Stage)}, {Key: "file", Value: c.File}, {Key: "slots", Value: c.Slots},
			{Key: "lanes", Value: c.Lanes},
		}},
		layoutLine("inputlayout", c.Input),
		layoutLine("outputlayout", c.Output),
	}}
	if c.Params != nil {
		d.Lines = append(d.Lines, text.Line{ID: text.NoResult, Op: "params", Attrs: []text.Attr{
			{Key: "logn", Value: c.Params.LogN}, {Key: "ring", Value: string(c.Params.Ring)},
			{Key: "q", Value: formatModuli(c.Params.Q)}, {Key: "p", Value: formatModuli(c.Params.P)},
		}})
	}
	for _, v := range c.Values {
		l := text.Line{ID: v.ID, Op: v.Op.Name(), Attrs: v.Op.attrs(), Pos: v.Pos}
		for _, in := range v.In {
			l.Args = append(l.Args, in.ID)
		}
		if c.Stage == Planned {
			l.Attrs = append(l.Attrs, text.Attr{Key: "level", Value: v.Level}, text.Attr{Key: "scale", Value: v.Scale})
		}
		d.Lines = append(d.Lines, l)
	}
	for _, v := range c.Outputs {
		d.Lines = append(d.Lines, text.Line{ID: text.NoResult, Op: "output", Args: []int{v.ID}})
	}
	return d
}

// Print renders the circuit so that Parse reads back an equal one.
func (c *Circuit) Print() string { return c.Document().Print() }

func layoutLine(op string, l Layout) text.Line {
	return text.Line{ID: text.NoResult, Op: op, Attrs: []text.Attr{{Key: "layout", Value: l.String()}}}
}

// formatModuli writes moduli as strings: a 60-bit number does not survive a float64.
func formatModuli(q []uint64) []string {
	out := make([]string, len(q))
	for i, x := range q {
		out[i] = strconv.FormatUint(x, 10)
	}
	return out
}
