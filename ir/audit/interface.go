package audit

import (
	"fmt"
	"math"
	"reflect"
	"slices"

	"hecc/ir/he"
	"hecc/ir/tensor"
)

// interfaces compares the client's interface with the inputs and outputs of the circuit.
func (a *auditor) interfaces() (finding, error) {
	i, c := &a.p.Interface, a.p.Circuit
	switch {
	case !reflect.DeepEqual(*c.Params, i.Params):
		return finding{}, fmt.Errorf("circuit and client have different parameters")
	case !c.Input.Equal(i.Input.Layout) || !c.Output.Equal(i.Output.Layout) || c.Lanes != i.Lanes || c.Slots*c.Lanes != i.Params.Slots():
		return finding{}, fmt.Errorf("circuit and client have different layouts")
	case len(c.Outputs) != c.Output.Cts():
		return finding{}, fmt.Errorf("%d ciphertexts for an output of %d", len(c.Outputs), c.Output.Cts())
	}
	var inputs []int
	for _, v := range c.Values {
		if op, ok := v.Op.(he.Input); ok {
			inputs = append(inputs, op.Index)
			if v.Level != i.Input.Level || v.Scale != i.Input.Scale {
				return finding{}, fmt.Errorf("%s at level %d, scale %v; the client encrypts at %d, %v", at(v), v.Level, v.Scale, i.Input.Level, i.Input.Scale)
			}
		}
	}
	slices.Sort(inputs)
	for k := range c.Input.Cts() {
		if k >= len(inputs) || inputs[k] != k || len(inputs) != c.Input.Cts() {
			return finding{}, fmt.Errorf("the circuit reads inputs %v of %d", inputs, c.Input.Cts())
		}
	}
	for _, v := range c.Outputs {
		if v.Level != i.Output.Level || math.Abs(v.Scale/i.Output.Scale-1) > maxScaleError {
			return finding{}, fmt.Errorf("output %s at level %d, scale %v; the client decrypts at %d, %v", at(v), v.Level, v.Scale, i.Output.Level, i.Output.Scale)
		}
	}
	return a.graphs()
}

// graphs compares the shapes of the model, of what is encrypted and of what the client computes.
func (a *auditor) graphs() (finding, error) {
	i := &a.p.Interface
	e, err := i.EpilogueGraph()
	if err != nil {
		return finding{}, fmt.Errorf("epilogue: %w", err)
	}
	prologue, err := i.PrologueGraph()
	if err != nil {
		return finding{}, fmt.Errorf("prologue: %w", err)
	}
	in, out := prologue.Outputs[0].Node.Size(), a.p.Polynomial.Outputs[0].Node.Size()
	switch {
	case !prologue.Input().Op.(tensor.Input).Takes(a.p.Imported.Input().Op.(tensor.Input)):
		return finding{}, fmt.Errorf("the client encodes other samples than the model takes")
	case in != i.Input.Layout.Size || a.p.Polynomial.Input().Size() != in || len(i.Box.Lo) != in || len(i.Box.Hi) != in:
		return finding{}, fmt.Errorf("the client makes %d elements of a sample, and sends %d", in, i.Input.Layout.Size)
	case out != i.Output.Layout.Size || e.Input().Size() != out:
		return finding{}, fmt.Errorf("the circuit gives %d elements, the client takes %d", out, e.Input().Size())
	case len(e.Outputs) != len(a.p.Imported.Outputs):
		return finding{}, fmt.Errorf("the client makes %d outputs, the model has %d", len(e.Outputs), len(a.p.Imported.Outputs))
	}
	for k, o := range a.p.Imported.Outputs {
		if got := e.Outputs[k]; got.Name != o.Name || got.Node.Size() != o.Node.Size() {
			return finding{}, fmt.Errorf("output %q of %d elements, the model has %q of %d", got.Name, got.Node.Size(), o.Name, o.Node.Size())
		}
	}
	return finding{detail: fmt.Sprintf("%d elements in, %d out, %d for the model's outputs after the client's part", in, out, primarySize(e))}, nil
}

func primarySize(g *tensor.Graph) int { return g.Primary().Node.Size() }
