package tensor

import (
	"fmt"
	"math"

	"hecc/ir/text"
)

// Func applies a scalar function to each element: the primitive named Fn or, if there is a Body, the function
// that this computes; Fn is then its name in messages.
type Func struct {
	Fn   string
	Body *Body
}

func (Func) Name() string { return "func" }

// ScalarFunc is the function of one element, with what approximation must know of it.
type ScalarFunc struct {
	Eval func(x float64) float64
	// Kinks are the points where the function is not smooth, in order.
	Kinks []float64

	body    *Body
	element int
}

// Slope bounds |f'| on [lo, hi]. It is infinite where the function jumps or is not defined.
func (f ScalarFunc) Slope(lo, hi float64) float64 {
	least, most := f.Slopes(lo, hi)
	return max(-least, most)
}

// Slopes encloses f' on [lo, hi], infinite where the function jumps or is not defined.
func (f ScalarFunc) Slopes(lo, hi float64) (least, most float64) {
	least, most = math.Inf(1), math.Inf(-1)
	err := f.body.enclose(f.element, lo, hi, func(j jet) { least, most = min(least, j.slope.Lo), max(most, j.slope.Hi) })
	if err != nil {
		return math.Inf(-1), math.Inf(1)
	}
	return least, most
}

// Range encloses the function's values on [lo, hi].
func (f ScalarFunc) Range(lo, hi float64) (least, most float64) {
	least, most = math.Inf(1), math.Inf(-1)
	err := f.body.enclose(f.element, lo, hi, func(j jet) { least, most = min(least, j.value.Lo), max(most, j.value.Hi) })
	if err != nil {
		return math.Inf(-1), math.Inf(1)
	}
	return least, most
}

// Defined says why the function is not defined, or overflows, somewhere on [lo, hi]; nil if it is defined.
func (f ScalarFunc) Defined(lo, hi float64) error {
	finite := true
	err := f.body.enclose(f.element, lo, hi, func(j jet) { finite = finite && j.value.Finite() })
	if err == nil && !finite {
		err = fmt.Errorf("its values are too large")
	}
	return err
}

// InDomain says whether the function is defined at x, even if it overflows there.
func (f ScalarFunc) InDomain(x float64) bool {
	return f.body.enclose(f.element, x, x, func(jet) {}) == nil
}

// Program is the function as a body.
func (op Func) Program() *Body {
	if op.Body != nil {
		return op.Body
	}
	return &Body{Code: []Instr{{Op: op.Fn, Args: []int{0}}}}
}

// Scalar is the function of one element of the operand.
func (op Func) Scalar(element int) ScalarFunc {
	b := op.Program()
	kinks, _ := b.kinks(element) // infer has checked the body
	eval := func(x float64) float64 { return b.at(element, x) }
	if op.Body == nil {
		eval = primitives[op.Fn].eval
	}
	return ScalarFunc{Eval: eval, Kinks: kinks, body: b, element: element}
}

// Uniform says whether all elements have the same function.
func (op Func) Uniform() bool { return op.Body == nil || op.Body.uniform() }

func (op Func) infer(in [][]int) ([]int, error) {
	if err := arity(in, 1); err != nil {
		return nil, err
	}
	if op.Body != nil {
		return in[0], op.Body.Check(size(in[0]))
	}
	if _, ok := primitives[op.Fn]; !ok {
		return nil, fmt.Errorf("no function %q", op.Fn)
	}
	return in[0], nil
}

func (op Func) eval(in []operand, out []float64) {
	if op.Body == nil {
		f := primitives[op.Fn].eval
		for i, x := range in[0].data {
			out[i] = f(x)
		}
		return
	}
	for i, x := range in[0].data {
		out[i] = op.Body.at(i, x)
	}
}

func (op Func) attrs() []text.Attr {
	a := []text.Attr{{Key: "fn", Value: op.Fn}}
	if op.Body != nil {
		a = append(a, op.Body.attrs()...)
	}
	return a
}

func readFunc(a *text.Attrs) (Op, error) {
	op := Func{Fn: a.String("fn")}
	if !a.Has("body") {
		return op, nil
	}
	var err error
	op.Body, err = readBody(a)
	return op, err
}

// Funcs are the primitive functions by name.
var Funcs = func() map[string]ScalarFunc {
	all := map[string]ScalarFunc{}
	for fn := range primitives {
		all[fn] = Func{Fn: fn}.Scalar(0)
	}
	return all
}()
