package client

import (
	"fmt"
	"math"

	"hecc/ir/plan"
	"hecc/ir/tensor"
)

// Codec packs samples and unpacks results of one plan. It reuses buffers: one goroutine at a time.
type Codec struct {
	plan     *plan.Interface
	epilogue *tensor.Graph
	eval     *tensor.Evaluator
	first    []int // where each output element stands first
}

// NewCodec prepares the epilogue and the output layout.
func NewCodec(i *plan.Interface) (*Codec, error) {
	g, err := i.EpilogueGraph()
	if err != nil {
		return nil, fmt.Errorf("epilogue: %w", err)
	}
	first, err := i.Output.Layout.Find()
	if err != nil {
		return nil, err
	}
	return &Codec{i, g, tensor.NewEvaluator(g), first}, nil
}

// RangeError says that an element of a sample is outside the range that the plan was made for: the
// polynomials in place of the model's functions are then far off, without any other sign.
type RangeError struct {
	Element       int // of the flattened sample
	Value, Lo, Hi float64
}

func (e *RangeError) Error() string {
	return fmt.Sprintf("element %d is %v, the plan was made for inputs from %v to %v there", e.Element, e.Value, e.Lo, e.Hi)
}

// Check rejects a sample of the wrong length or with numbers that are not finite. Of a sample
// outside the plan's range it gives a *RangeError for the element furthest outside, which a caller may take as a warning.
func (c *Codec) Check(sample []float64) error {
	if want := c.plan.Input.Layout.Size; len(sample) != want {
		return fmt.Errorf("the sample has %d elements, the model takes %d (shape %v)", len(sample), want, c.plan.Input.Shape)
	}
	for i, x := range sample {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("element %d is %v", i, x)
		}
	}
	if i := c.plan.Box.Outside(sample); i >= 0 {
		return &RangeError{i, sample[i], c.plan.Box.Lo[i], c.plan.Box.Hi[i]}
	}
	return nil
}

// Pack fills the slots of each input ciphertext. The sample has passed Check, its range apart.
func (c *Codec) Pack(sample []float64) [][]float64 { return c.run([][]float64{sample}) }
