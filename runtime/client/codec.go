package client

import (
	"errors"
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
	raw      bool
}

// Option changes what a codec does with decrypted values.
type Option func(*Codec)

// Raw leaves all digits of decrypted values, without the plan's flooding and rounding. From such results, and from what is computed
// from them, the secret key can follow: whoever sees them must be trusted with it.
func Raw() Option { return func(c *Codec) { c.raw = true } }

// NewCodec prepares the epilogue and the output layout.
func NewCodec(i *plan.Interface, opts ...Option) (*Codec, error) {
	if i == nil {
		return nil, errors.New("no plan")
	}
	if err := i.Check(); err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	g, err := i.EpilogueGraph()
	if err != nil {
		return nil, fmt.Errorf("epilogue: %w", err)
	}
	first, err := i.Output.Layout.Find()
	if err != nil {
		return nil, err
	}
	c := &Codec{plan: i, epilogue: g, eval: tensor.NewEvaluator(g), first: first}
	for _, set := range opts {
		set(c)
	}
	return c, nil
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
	if err := c.checkNumbers(sample); err != nil {
		return err
	}
	if i := c.plan.Box.Outside(sample); i >= 0 {
		return &RangeError{i, sample[i], c.plan.Box.Lo[i], c.plan.Box.Hi[i]}
	}
	return nil
}

// checkNumbers is Check without the plan's range.
func (c *Codec) checkNumbers(sample []float64) error {
	if want := c.plan.Input.Layout.Size; len(sample) != want {
		return fmt.Errorf("the sample has %d elements, the model takes %d (shape %v)", len(sample), want, c.plan.Input.Shape)
	}
	for i, x := range sample {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("element %d is %v", i, x)
		}
	}
	return nil
}

// Pack fills the slots of each input ciphertext with one sample. The error is Check's, range apart.
func (c *Codec) Pack(sample []float64) ([][]float64, error) {
	if err := c.checkNumbers(sample); err != nil {
		return nil, err
	}
	return c.run([]int{0}, [][]float64{sample}).Slots, nil
}
