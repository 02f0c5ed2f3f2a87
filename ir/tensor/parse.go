package tensor

import (
	"fmt"

	"hecc/ir/diag"
	"hecc/ir/text"
)

// readers makes each operation from its attributes.
var readers = map[string]func(a *text.Attrs) (Op, error){
	"input": readInput,
	"const": func(a *text.Attrs) (Op, error) {
		return Const{a.Ints("shape"), a.Blob("data")}, nil
	},
	"add":        plain(Add{}),
	"sub":        plain(Sub{}),
	"mul":        plain(Mul{}),
	"div":        plain(Div{}),
	"matmul":     plain(MatMul{}),
	"reshape":    func(a *text.Attrs) (Op, error) { return Reshape{a.Ints("shape")}, nil },
	"transpose":  func(a *text.Attrs) (Op, error) { return Transpose{a.Ints("perm")}, nil },
	"concat":     func(a *text.Attrs) (Op, error) { return Concat{a.Int("axis")}, nil },
	"func":       readFunc,
	"pick":       readPick,
	"logsoftmax": func(a *text.Attrs) (Op, error) { return LogSoftmax{a.Int("axis")}, nil },
	"hardmax":    func(a *text.Attrs) (Op, error) { return Hardmax{a.Int("axis")}, nil },
	"compare":    func(a *text.Attrs) (Op, error) { return Compare{a.String("fn")}, nil },
	"where":      plain(Where{}),
	"clientfunc": func(a *text.Attrs) (Op, error) { return ClientFunc{a.String("fn")}, nil },
	"reduce":     func(a *text.Attrs) (Op, error) { return Reduce{a.String("fn"), a.Int("axis")}, nil },
	"topk": func(a *text.Attrs) (Op, error) {
		return TopK{a.Int("axis"), a.Int("k"), readFlag(a, "least"), readFlag(a, "index")}, nil
	},
	"gather":    func(a *text.Attrs) (Op, error) { return Gather{a.Int("axis")}, nil },
	"normalize": func(a *text.Attrs) (Op, error) { return Normalize{a.String("norm"), a.Int("axis")}, nil },
	"softmax":   func(a *text.Attrs) (Op, error) { return Softmax{a.Int("axis")}, nil },
	"argmax": func(a *text.Attrs) (Op, error) {
		return ArgMax{a.Int("axis"), readFlag(a, "last"), readFlag(a, "least")}, nil
	},
	"label": func(a *text.Attrs) (Op, error) {
		ints, strs := readClasses(a)
		return Label{ints, strs}, nil
	},
	"zipmap": func(a *text.Attrs) (Op, error) {
		ints, strs := readClasses(a)
		return ZipMap{ints, strs}, nil
	},
	"lookup": readLookup,
	"affine": readAffine,
	"poly":   readPoly,
}

func plain(op Op) func(*text.Attrs) (Op, error) {
	return func(*text.Attrs) (Op, error) { return op, nil }
}

func readClasses(a *text.Attrs) ([]int, []string) {
	if a.Has("ints") {
		return a.Ints("ints"), nil
	}
	return nil, a.Strings("strings")
}

func readAffine(a *text.Attrs) (Op, error) {
	op := Affine{Shape: a.Ints("shape")}
	for range a.Int("maps") {
		m, err := readMap(a)
		if err == nil {
			err = a.Err()
		}
		if err != nil {
			return nil, err
		}
		op.Maps = append(op.Maps, m)
	}
	return op, nil
}

// Parse reads what Print wrote. The graph it returns has passed Verify.
func Parse(src string) (*Graph, error) {
	d, err := text.Parse(src)
	if err != nil {
		return nil, err
	}
	return FromDocument(d)
}

// FromDocument is the inverse of Document.
func FromDocument(d *text.Document) (*Graph, error) {
	if len(d.Lines) == 0 || d.Lines[0].Op != "tensor" || d.Lines[0].ID != text.NoResult {
		return nil, fmt.Errorf("not a tensor graph")
	}
	head := d.Lines[0].Read()
	g := New("", Stage(head.String("stage")))
	g.File = head.String("file")
	if err := head.Done(); err != nil {
		return nil, err
	}
	room := text.NewRoom()
	for i := range d.Lines[1:] {
		l := &d.Lines[1+i]
		if err := g.addLine(l, room); err != nil {
			return nil, fmt.Errorf("line %d (%s): %w", i+2, l.Op, err)
		}
	}
	return g, g.Verify()
}

func (g *Graph) addLine(l *text.Line, room *text.Room) error {
	in := make([]*Node, len(l.Args))
	for i, id := range l.Args {
		if id >= len(g.Nodes) {
			return fmt.Errorf("operand %%%d is not defined", id)
		}
		in[i] = g.Nodes[id]
	}
	a := l.Read().Within(room)
	if l.ID == text.NoResult {
		if l.Op != "output" || len(in) != 1 {
			return fmt.Errorf("expected a value or an output")
		}
		g.Outputs = append(g.Outputs, Output{Name: a.String("name"), Node: in[0]})
		return a.Done()
	}
	read, ok := readers[l.Op]
	if !ok {
		return fmt.Errorf("unknown operation")
	}
	if l.ID != len(g.Nodes) || len(g.Outputs) > 0 {
		return fmt.Errorf("value %%%d is out of order", l.ID)
	}
	op, err := read(a)
	if err == nil {
		err = a.Done()
	}
	if err != nil {
		return err
	}
	pos := l.Pos
	if pos != (diag.Pos{}) {
		pos.File = g.File
	}
	_, err = g.Add(pos, op, in...)
	return err
}
