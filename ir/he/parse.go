package he

import (
	"cmp"
	"fmt"
	"strconv"

	"hecc/ir/params"
	"hecc/ir/text"
)

// Parse reads what Print wrote. The circuit it returns has passed Verify.
func Parse(src string) (*Circuit, error) {
	d, err := text.Parse(src)
	if err != nil {
		return nil, err
	}
	return FromDocument(d)
}

// FromDocument is the inverse of Document.
func FromDocument(d *text.Document) (*Circuit, error) {
	if len(d.Lines) < 3 || d.Lines[0].Op != "circuit" {
		return nil, fmt.Errorf("not a circuit")
	}
	head := d.Lines[0].Read()
	c := &Circuit{Stage: Stage(head.String("stage")), File: head.String("file"), Slots: head.Int("slots"), Lanes: head.Int("lanes")}
	if err := head.Done(); err != nil {
		return nil, err
	}
	room := text.NewRoom()
	for i := range d.Lines[1:] {
		l := &d.Lines[1+i]
		if err := c.addLine(l, room); err != nil {
			return nil, fmt.Errorf("line %d (%s): %w", i+2, l.Op, err)
		}
	}
	return c, c.Verify()
}

func (c *Circuit) addLine(l *text.Line, room *text.Room) error {
	in := make([]*Value, len(l.Args))
	for i, id := range l.Args {
		if id >= len(c.Values) {
			return fmt.Errorf("operand %%%d is not defined", id)
		}
		in[i] = c.Values[id]
	}
	a := l.Read().Within(room)
	if l.ID == text.NoResult {
		return c.addDeclaration(l.Op, in, a)
	}
	if l.ID != len(c.Values) || len(c.Outputs) > 0 {
		return fmt.Errorf("value %%%d is out of order", l.ID)
	}
	op, err := readOp(l.Op, a)
	if err != nil {
		return err
	}
	pos := l.Pos
	if pos.Op != "" {
		pos.File = c.File
	}
	v := c.Add(pos, op, in...)
	if c.Stage == Planned {
		v.Level, v.Scale = a.Int("level"), a.Float("scale")
	}
	return a.Done()
}

func (c *Circuit) addDeclaration(op string, in []*Value, a *text.Attrs) (err error) {
	switch {
	case op == "output" && len(in) == 1:
		c.Outputs = append(c.Outputs, in[0])
	case op == "inputlayout":
		c.Input, err = ParseLayout(a.String("layout"))
	case op == "outputlayout":
		c.Output, err = ParseLayout(a.String("layout"))
	case op == "params":
		p := &params.Params{LogN: a.Int("logn"), Ring: params.Ring(a.String("ring"))}
		if p.Q, err = readModuli(a.Strings("q")); err != nil {
			return err
		}
		if p.P, err = readModuli(a.Strings("p")); err != nil {
			return err
		}
		c.Params = p
	default:
		return fmt.Errorf("unknown declaration")
	}
	return cmp.Or(a.Err(), err, a.Done())
}

func readModuli(list []string) ([]uint64, error) {
	out := make([]uint64, len(list))
	for i, s := range list {
		q, err := strconv.ParseUint(s, 10, 64)
		if err != nil || strconv.FormatUint(q, 10) != s {
			return nil, fmt.Errorf("modulus %q is no number", s)
		}
		out[i] = q
	}
	return out, nil
}
