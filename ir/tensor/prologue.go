package tensor

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Encoder computes a prologue: what the client does with a sample before encryption. It reuses buffers, so
// only one goroutine may use it at a time.
type Encoder struct {
	g       *Graph
	in      Input
	out     *Node
	eval    *Evaluator
	plain   bool    // there is nothing to compute
	origins [][]int // for each node and element: the only element of the sample that it depends on, or -1
}

// NewEncoder prepares a graph at stage prologue.
func NewEncoder(g *Graph) *Encoder {
	e := &Encoder{g: g, in: g.Input().Op.(Input), out: g.Outputs[0].Node, eval: NewEvaluator(g), origins: make([][]int, len(g.Nodes))}
	e.plain = e.out == g.Input()
	for _, n := range g.Nodes {
		e.origins[n.ID] = e.origin(n)
	}
	return e
}

// Input is what the model takes.
func (e *Encoder) Input() Input { return e.in }

// Plain says that samples are encrypted without any computation.
func (e *Encoder) Plain() bool { return e.plain }

// Origin is the element of the sample that an encrypted element depends on; it is negative if there are
// several or none.
func (e *Encoder) Origin(encrypted int) int { return e.origins[e.out.ID][encrypted] }

// Describe names what an encrypted element depends on. The name is empty for an element of a sample without
// columns that is encrypted unchanged.
func (e *Encoder) Describe(encrypted int) string {
	c := e.cell(e.Origin(encrypted))
	switch {
	case e.plain && c.Column == "":
		return ""
	case c.Element < 0:
		return fmt.Sprintf("element %d of what is encrypted", encrypted)
	case e.plain:
		return c.where()
	}
	return "what is encrypted of " + c.where()
}

// Encode computes what is encrypted of a sample. The values are overwritten by the next call. The error is a
// *CellError if the sample is at fault.
func (e *Encoder) Encode(x []float64) ([]float64, error) {
	if want := size(e.in.Shape); len(x) != want {
		return nil, fmt.Errorf("the sample has %d elements, the model takes %d (shape %v)", len(x), want, e.in.Shape)
	}
	y := x
	if !e.plain {
		values, err := e.eval.Run(x)
		if err != nil {
			return nil, err
		}
		y = values.Of(e.out)
		if err := e.checkCategories(x, values); err != nil {
			return nil, err
		}
	}
	for k, v := range y {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, e.notFinite(x, k, v)
		}
	}
	return y, nil
}

// checkCategories refuses what a strict Lookup does not know, unless it is missing and replaced.
func (e *Encoder) checkCategories(x []float64, values Values) error {
	for _, n := range e.g.Nodes {
		op, ok := n.Op.(Lookup)
		if !ok || !op.Strict {
			continue
		}
		for k, v := range values.Of(n) {
			if math.IsNaN(v) {
				c := e.cell(e.origins[n.ID][k])
				c.Value = values.Of(n.In[0])[k]
				return c.because(fmt.Sprintf("is no category of the model, which knows %s", e.categories(c, op)),
					"the model was trained to refuse others; OneHotEncoder(handle_unknown='ignore') takes them as none")
			}
		}
	}
	return nil
}

func (e *Encoder) categories(c *CellError, op Lookup) string {
	const most = 12
	var names []string
	for _, k := range op.Keys[:min(most, len(op.Keys))] {
		names = append(names, e.name(c, k))
	}
	if more := len(op.Keys) - most; more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}

func (e *Encoder) name(c *CellError, v float64) string {
	if c.Kind == StringCells {
		return strconv.Quote(wordOf(e.in.Words, v))
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

func (e *Encoder) notFinite(x []float64, k int, v float64) error {
	c := e.cell(e.Origin(k))
	c.Value = v
	if c.Element >= 0 {
		c.Value = x[c.Element]
	}
	switch {
	case c.Element < 0 || !math.IsNaN(c.Value) && !math.IsInf(c.Value, 0):
		return c.because(fmt.Sprintf("becomes %v before it is encrypted", v),
			"what the model computes before its first weights has no finite result there: correct the value, or leave the sample out")
	case math.IsNaN(c.Value):
		return c.because("", "the model does not replace missing values there: fill them in, or train it with a SimpleImputer in front")
	}
	return c.because("", "only finite numbers can be encrypted: correct the value, or leave the sample out")
}

func (e *Encoder) cell(element int) *CellError {
	c := &CellError{Element: element, Kind: FloatCells}
	if element < 0 {
		return c
	}
	column, place := e.in.ColumnOf(element)
	c.Kind = column.Kind
	if len(e.in.Columns) > 0 {
		c.Column = column.Name
		if column.Width > 1 {
			c.Column = fmt.Sprintf("%s_%d", column.Name, place)
		}
	}
	return c
}

// CellError says what is wrong with an element of a sample.
type CellError struct {
	Element int    // of the flattened sample, or -1
	Column  string // its name, if the model's inputs are several
	Kind    Kind
	Value   float64
	Word    string // the string that the value encodes in a column of strings, if the caller knows it
	Problem string
	Note    string // what to change
}

// because says what is wrong with the value, unless that is to be seen, and what to change.
func (e *CellError) because(problem, note string) *CellError {
	e.Problem, e.Note = problem, note
	return e
}

func (e *CellError) Error() string {
	return e.Text() + "\n  note: " + e.Note
}

// Text is the error without its note.
func (e *CellError) Text() string {
	where, value := e.where(), strconv.FormatFloat(e.Value, 'g', -1, 64)
	switch {
	case e.Word != "":
		value = strconv.Quote(e.Word)
	case e.Kind == StringCells:
		value = "a string"
	}
	if e.Problem != "" {
		return fmt.Sprintf("%s: %s %s", where, value, e.Problem)
	}
	return fmt.Sprintf("%s is %s", where, value)
}

// Name looks up the string that the value encodes in a column of strings.
func (e *CellError) Name(words []string) {
	if e.Kind == StringCells {
		e.Word = wordOf(words, e.Value)
	}
}

// wordOf is the string of a number, or empty.
func wordOf(words []string, v float64) string {
	if v >= 0 && v < float64(len(words)) {
		return words[int(v)]
	}
	return ""
}

func (e *CellError) where() string {
	switch {
	case e.Column != "":
		return fmt.Sprintf("column %q", e.Column)
	case e.Element >= 0:
		return fmt.Sprintf("element %d", e.Element)
	}
	return "the sample"
}

// origin follows elements through operations that move them or work on them one by one.
func (e *Encoder) origin(n *Node) []int {
	out := make([]int, n.Size())
	switch op := n.Op.(type) {
	case Input:
		for i := range out {
			out[i] = i
		}
		return out
	case Const:
		return fill(out, none)
	case Reshape, Transpose, Concat, Pick:
		if p, ok := op.(Pick); ok {
			p.Fill = none
			n = &Node{Op: p, In: n.In, Shape: n.Shape}
		}
		in, y := make([][]float64, len(n.In)), make([]float64, len(out))
		for k, a := range n.In {
			in[k] = floats(e.origins[a.ID])
		}
		n.Eval(in, y)
		for i, v := range y {
			out[i] = int(v)
		}
		return out
	case Add, Sub, Mul, Div, Func, ClientFunc, Compare, Where, Lookup:
		fill(out, none)
		for _, a := range n.In {
			for i, j := range BroadcastIndex(a.Shape, n.Shape) {
				out[i] = same(out[i], e.origins[a.ID][j])
			}
		}
		return out
	}
	return fill(out, mixed)
}

const (
	none  = -1 // depends on no element
	mixed = -2 // depends on several elements
)

func same(a, b int) int {
	switch {
	case a == none || a == b:
		return b
	case b == none:
		return a
	}
	return mixed
}

func fill(list []int, v int) []int {
	for i := range list {
		list[i] = v
	}
	return list
}

func floats(list []int) []float64 {
	out := make([]float64, len(list))
	for i, v := range list {
		out[i] = float64(v)
	}
	return out
}
