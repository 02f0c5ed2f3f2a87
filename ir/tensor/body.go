package tensor

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"hecc/ir/text"
)

// Body is a function of one variable written as a short program. Value 0 is the
// variable; each instruction makes the next value from earlier ones. A constant
// is one number for all elements, or one for each.
type Body struct {
	Code []Instr
}

// Instr is one instruction: a primitive function of one value, const, or one of add, sub, mul, div, min, max
// and pow, whose exponent is a const.
type Instr struct {
	Op    string
	Args  []int
	Const []float64 // of const
}

// maxInstr bounds a body, so that its values fit into an array on the stack.
const maxInstr = 63

// Add appends an instruction and gives the number of its value. If the body has the same instruction already,
// it gives the number of that.
func (b *Body) Add(op string, args ...int) int { return b.append(Instr{Op: op, Args: args}) }

// AddConst appends a constant.
func (b *Body) AddConst(values ...float64) int {
	if !slices.ContainsFunc(values, func(v float64) bool { return v != values[0] }) {
		values = values[:1]
	}
	return b.append(Instr{Op: "const", Const: values})
}

func (b *Body) append(in Instr) int {
	for k, old := range b.Code {
		if old.Op == in.Op && slices.Equal(old.Args, in.Args) && slices.Equal(old.Const, in.Const) {
			return k + 1
		}
	}
	b.Code = append(b.Code, in)
	return len(b.Code)
}

// Call appends another body, applied to a value, and gives the number of its result.
func (b *Body) Call(inner *Body, arg int) int {
	at := make([]int, len(inner.Code)+1)
	at[0] = arg
	for k, in := range inner.Code {
		args := make([]int, len(in.Args))
		for i, a := range in.Args {
			args[i] = at[a]
		}
		at[k+1] = b.append(Instr{Op: in.Op, Args: args, Const: in.Const})
	}
	return at[len(inner.Code)]
}

// Fits says whether a body is short enough to be a function.
func (b *Body) Fits() bool { return len(b.Code) >= 1 && len(b.Code) <= maxInstr }

// uniform says whether all elements have the same function.
func (b *Body) uniform() bool {
	return !slices.ContainsFunc(b.Code, func(in Instr) bool { return len(in.Const) > 1 })
}

// number is a constant's value for one element.
func (in *Instr) number(element int) float64 {
	if len(in.Const) == 1 {
		return in.Const[0]
	}
	return in.Const[element]
}

// at computes the function of one element.
func (b *Body) at(element int, x float64) float64 {
	var values [maxInstr + 1]float64
	values[0] = x
	for k := range b.Code {
		in := &b.Code[k]
		var arg [2]float64
		for i, a := range in.Args {
			arg[i] = values[a]
		}
		values[k+1] = in.eval(element, arg[0], arg[1])
	}
	return values[len(b.Code)]
}

func (in *Instr) eval(element int, x, y float64) float64 {
	switch in.Op {
	case "const":
		return in.number(element)
	case "add":
		return x + y
	case "sub":
		return x - y
	case "mul":
		return x * y
	case "div":
		return x / y
	case "min":
		return min(x, y)
	case "max":
		return max(x, y)
	case "pow":
		return math.Pow(x, y)
	}
	return primitives[in.Op].eval(x)
}

// Check rejects a body that is not valid for values of so many elements.
func (b *Body) Check(elements int) error {
	if !b.Fits() {
		return fmt.Errorf("%d instructions, must be 1 to %d", len(b.Code), maxInstr)
	}
	for k := range b.Code {
		if err := b.checkInstr(k, elements); err != nil {
			return fmt.Errorf("instruction %d (%s): %w", k+1, b.Code[k].Op, err)
		}
	}
	_, err := b.kinks(0)
	return err
}

func (b *Body) checkInstr(k, elements int) error {
	in := &b.Code[k]
	want := 2
	switch in.Op {
	case "const":
		want = 0
		if n := len(in.Const); n != 1 && n != elements {
			return fmt.Errorf("%d numbers for %d elements", n, elements)
		}
		if err := finite(in.Const); err != nil {
			return err
		}
	case "add", "sub", "mul", "div", "min", "max", "pow":
	default:
		want = 1
		if _, ok := primitives[in.Op]; !ok {
			return fmt.Errorf("no such function")
		}
	}
	if len(in.Args) != want {
		return fmt.Errorf("takes %d values, has %d", want, len(in.Args))
	}
	for _, a := range in.Args {
		if a < 0 || a > k {
			return fmt.Errorf("value %d does not come before it", a)
		}
	}
	if in.Op == "pow" && (in.Args[1] == 0 || b.Code[in.Args[1]-1].Op != "const") {
		return fmt.Errorf("the exponent is no constant")
	}
	return nil
}

// attrs writes an instruction as a word with the values that it reads, and constants as blobs.
func (b *Body) attrs() []text.Attr {
	code := make([]string, len(b.Code))
	var consts []text.Attr
	for k, in := range b.Code {
		code[k] = in.Op
		for _, a := range in.Args {
			code[k] += " " + strconv.Itoa(a)
		}
		if in.Op == "const" {
			consts = append(consts, text.Attr{Key: "const", Value: text.Blob(in.Const)})
		}
	}
	return append([]text.Attr{{Key: "body", Value: code}}, consts...)
}

// readBody is the inverse of attrs.
func readBody(a *text.Attrs) (*Body, error) {
	code := a.Strings("body")
	b := &Body{}
	for _, s := range code[:min(len(code), maxInstr+1)] {
		op, rest, _ := strings.Cut(s, " ")
		in := Instr{Op: op}
		for _, f := range strings.Fields(rest) {
			n, err := strconv.Atoi(f)
			if err != nil {
				return nil, fmt.Errorf("instruction %q: %q is no value", s, f)
			}
			in.Args = append(in.Args, n)
		}
		if op == "const" {
			in.Const = a.Blob("const")
		}
		b.Code = append(b.Code, in)
	}
	return b, nil
}
