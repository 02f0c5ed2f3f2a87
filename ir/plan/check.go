package plan

import (
	"fmt"
	"reflect"

	"hecc/ir/he"
	"hecc/ir/tensor"
)

// Check says whether the server's part and the interface belong together.
func (p *Plan) Check() error {
	c, i := p.Circuit, &p.Interface
	if c.Stage != he.Planned || p.Imported.Stage != tensor.Imported || p.Polynomial.Stage != tensor.Polynomial {
		return fmt.Errorf("stages %s, %s, %s", c.Stage, p.Imported.Stage, p.Polynomial.Stage)
	}
	if err := p.Fit.check(p.Polynomial, p.Imported); err != nil {
		return err
	}
	if !reflect.DeepEqual(*c.Params, i.Params) {
		return fmt.Errorf("circuit and interface have different parameters")
	}
	if c.Lanes != i.Lanes {
		return fmt.Errorf("circuit and interface have %d and %d lanes", c.Lanes, i.Lanes)
	}
	if c.Input != i.Input.Layout || c.Output != i.Output.Layout {
		return fmt.Errorf("circuit and interface have different layouts")
	}
	if !reflect.DeepEqual(c.KeysNeeded(), i.Keys) {
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
