package codec

import (
	"encoding/json"
	"fmt"
	"math"

	"hecc/ir/tensor"
)

// Result is what the model says of one sample.
type Result struct {
	Outputs []Output  `json:"outputs"` // all outputs of the model
	Primary Numbers   `json:"primary"` // see tensor.Graph.Primary
	Judged  []float64 `json:"-"`       // what errors are measured on: see tensor.Graph.Judged
	Classes []float64 `json:"-"`       // all outputs that come in steps: see tensor.Graph.Classes
}

// Numbers are values of an output. JSON knows no NaN and no infinity, and has null for them; -0 is 0.
type Numbers []float64

// MarshalJSON writes an array.
func (v Numbers) MarshalJSON() ([]byte, error) {
	out := make([]*float64, len(v))
	for i := range v {
		if !math.IsNaN(v[i]) && !math.IsInf(v[i], 0) {
			x := v[i] + 0 // of -0 too
			out[i] = &x
		}
	}
	return json.Marshal(out)
}

// Output is one output of the model.
type Output struct {
	Name   string   `json:"name"`             // in the model
	Shape  []int    `json:"shape"`            // of one sample
	Values Numbers  `json:"values"`           // in the order of the shape
	Labels []string `json:"labels,omitempty"` // per element: its class, if the model names classes by strings
	Keys   []string `json:"keys,omitempty"`   // along the last axis: the names of a ZipMap
	Steps  bool     `json:"-"`                // the values come in steps, as labels do: see tensor.Graph.Discrete
}

// Unpack reads the elements from the slots of each output ciphertext and computes
// the epilogue. Where samples stand side by side, it is the first.
func (c *Codec) Unpack(slots [][]float64) (*Result, error) { return c.unpack(slots, 0) }

// unpack reads the sample of one lane.
func (c *Codec) unpack(slots [][]float64, lane int) (*Result, error) {
	layout := c.plan.Output.Layout
	if len(slots) != layout.Cts() {
		return nil, fmt.Errorf("%d ciphertexts decrypted, the output has %d", len(slots), layout.Cts())
	}
	for ct := range slots {
		if want := layout.Slots * c.plan.Lanes; len(slots[ct]) != want {
			return nil, fmt.Errorf("ciphertext %d has %d slots, the output has %d", ct, len(slots[ct]), want)
		}
	}
	x := make([]float64, layout.Size)
	for e, place := range c.first {
		x[e] = slots[place/layout.Slots][place%layout.Slots*c.plan.Lanes+lane]
	}
	return c.Finish(x)
}

// Finish floods and rounds the elements of the circuit's output as the plan says, and computes the epilogue
// on them.
func (c *Codec) Finish(x []float64) (*Result, error) {
	values, err := c.eval.Run(c.release(x))
	if err != nil {
		return nil, fmt.Errorf("epilogue: %w", err)
	}
	r := &Result{Primary: clone(values.Of(c.epilogue.Primary().Node)), Judged: clone(values.Of(c.epilogue.Judged()))}
	for _, n := range c.epilogue.Classes() {
		r.Classes = append(r.Classes, values.Of(n)...)
	}
	discrete := c.epilogue.Discrete()
	for _, o := range c.epilogue.Outputs {
		out := output(o, clone(values.Of(o.Node)))
		out.Steps = discrete[o.Node.ID]
		r.Outputs = append(r.Outputs, out)
	}
	return r, nil
}

func clone(v []float64) []float64 { return append([]float64(nil), v...) }

func output(o tensor.Output, values []float64) Output {
	out := Output{Name: o.Name, Shape: o.Node.Shape, Values: values}
	n := o.Node
	for _, ok := n.Op.(tensor.Reshape); ok; _, ok = n.Op.(tensor.Reshape) {
		n = n.In[0]
	}
	switch op := n.Op.(type) {
	case tensor.Label:
		out.Labels = lookUp(op.Strings, values)
	case tensor.ZipMap:
		out.Keys = op.Strings
		for _, k := range op.Ints {
			out.Keys = append(out.Keys, fmt.Sprint(k))
		}
	}
	return out
}

// lookUp names classes by their index; an index without a class has an empty name.
func lookUp(classes []string, index []float64) []string {
	if len(classes) == 0 {
		return nil
	}
	names := make([]string, len(index))
	for i, k := range index {
		if k >= 0 && k < float64(len(classes)) {
			names[i] = classes[int(k)]
		}
	}
	return names
}
