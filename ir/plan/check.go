package plan

import (
	"fmt"
	"reflect"
	"slices"

	"hecc/ir/he"
	"hecc/ir/tensor"
)

// Check says whether the server's part and the interface belong together.
func (p *Plan) Check() error {
	c, i := p.Circuit, &p.Interface
	if c.Stage != he.Planned || p.Imported.Stage != tensor.Imported || p.Polynomial.Stage != tensor.Polynomial {
		return fmt.Errorf("stages %s, %s, %s", c.Stage, p.Imported.Stage, p.Polynomial.Stage)
	}
	if err := p.checkGraphs(); err != nil {
		return err
	}
	if err := p.Fit.check(p.Polynomial, p.Imported); err != nil {
		return err
	}
	if err := p.Choice.check(len(c.Values)); err != nil {
		return fmt.Errorf("choice: %w", err)
	}
	if !reflect.DeepEqual(*c.Params, i.Params) {
		return fmt.Errorf("circuit and interface have different parameters")
	}
	if c.Lanes != i.Lanes {
		return fmt.Errorf("circuit and interface have %d and %d lanes", c.Lanes, i.Lanes)
	}
	if !c.Input.Equal(i.Input.Layout) || !c.Output.Equal(i.Output.Layout) {
		return fmt.Errorf("circuit and interface have different layouts")
	}
	if need := c.KeysNeeded(); need.Relin != i.Keys.Relin || !slices.Equal(need.Rotations, i.Keys.Rotations) {
		return fmt.Errorf("the interface names other keys than the circuit uses")
	}
	for _, v := range c.Values {
		if _, ok := v.Op.(he.Input); ok && (v.Level != i.Input.Level || v.Scale != i.Input.Scale) {
			return fmt.Errorf("input at level %d, scale %v; the interface says %d, %v", v.Level, v.Scale, i.Input.Level, i.Input.Scale)
		}
	}
	if out := c.Outputs[0]; out.Level != i.Output.Level || out.Scale != i.Output.Scale {
		return fmt.Errorf("output at level %d, scale %v; the interface says %d, %v", out.Level, out.Scale, i.Output.Level, i.Output.Scale)
	}
	return nil
}

// checkGraphs compares what the graphs take and give with the interface.
func (p *Plan) checkGraphs() error {
	for name, g := range map[string]*tensor.Graph{"imported": p.Imported, "polynomial": p.Polynomial} {
		if err := CheckGraph(g); err != nil {
			return fmt.Errorf("%s graph: %w", name, err)
		}
	}
	i := &p.Interface
	pro, err := i.PrologueGraph()
	if err != nil {
		return fmt.Errorf("prologue: %w", err)
	}
	if !p.Imported.Input().Op.(tensor.Input).Takes(pro.Input().Op.(tensor.Input)) {
		return fmt.Errorf("the imported graph takes another input (shape %v) than the prologue (shape %v)", p.Imported.Input().Shape, pro.Input().Shape)
	}
	if got := p.Polynomial.Input().Size(); got != i.Input.Layout.Size {
		return fmt.Errorf("the polynomial graph takes %d elements, the interface %d", got, i.Input.Layout.Size)
	}
	if outs := p.Polynomial.Outputs; len(outs) != 1 || outs[0].Node.Size() != i.Output.Layout.Size {
		return fmt.Errorf("the polynomial graph has %d outputs, the first of %d elements, the interface one of %d", len(outs), outs[0].Node.Size(), i.Output.Layout.Size)
	}
	e, err := i.EpilogueGraph()
	if err != nil {
		return fmt.Errorf("epilogue: %w", err)
	}
	if got := e.Input().Shape; !slices.Equal(got, i.Output.Shape) {
		return fmt.Errorf("the epilogue takes shape %v, the interface gives %v", got, i.Output.Shape)
	}
	return sameOutputs(p.Imported, e)
}

// sameOutputs says whether the client ends with what the model gives.
func sameOutputs(model, client *tensor.Graph) error {
	if len(model.Outputs) != len(client.Outputs) {
		return fmt.Errorf("the imported graph has %d outputs, the epilogue %d", len(model.Outputs), len(client.Outputs))
	}
	for k, want := range model.Outputs {
		if got := client.Outputs[k]; got.Name != want.Name || !slices.Equal(got.Node.Shape, want.Node.Shape) {
			return fmt.Errorf("output %d is %q of shape %v in the imported graph, %q of shape %v in the epilogue", k, want.Name, want.Node.Shape, got.Name, got.Node.Shape)
		}
	}
	if got, want := client.Primary().Node.Size(), model.Primary().Node.Size(); got != want {
		return fmt.Errorf("errors are measured on %d elements of the imported graph, on %d of the epilogue", want, got)
	}
	return nil
}
