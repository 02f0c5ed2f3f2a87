package codec

import (
	"errors"
	"fmt"

	"hecc/ir/plan"
	"hecc/ir/tensor"
)

// Codec packs samples and unpacks results of one plan. It reuses buffers: one goroutine at a time.
type Codec struct {
	plan     *plan.Interface
	encoder  *tensor.Encoder
	epilogue *tensor.Graph
	eval     *tensor.Evaluator
	first    []int // where each output element stands first
	raw      bool
}

// Option changes what a codec does with decrypted values.
type Option func(*Codec)

// Raw leaves all digits of decrypted values, without the plan's flooding and rounding. From such results, and
// from what is computed from them, the secret key can follow: whoever sees them must be trusted with it.
func Raw() Option { return func(c *Codec) { c.raw = true } }

// NewCodec prepares what is computed before encryption and after decryption, and the output layout.
func NewCodec(i *plan.Interface, opts ...Option) (*Codec, error) {
	if i == nil {
		return nil, errors.New("no plan")
	}
	if err := i.Check(); err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	prologue, err := i.PrologueGraph()
	if err != nil {
		return nil, fmt.Errorf("prologue: %w", err)
	}
	g, err := i.EpilogueGraph()
	if err != nil {
		return nil, fmt.Errorf("epilogue: %w", err)
	}
	first, err := i.Output.Layout.Find()
	if err != nil {
		return nil, err
	}
	c := &Codec{plan: i, encoder: tensor.NewEncoder(prologue), epilogue: g, eval: tensor.NewEvaluator(g), first: first}
	for _, set := range opts {
		set(c)
	}
	return c, nil
}

// Input is what the model takes: a sample has its elements in this order.
func (c *Codec) Input() tensor.Input { return c.encoder.Input() }

// RangeError says that an element of what is encrypted of a sample is outside the range that the plan
// was made for: the polynomials in place of the model's functions are then far off, without any other sign.
type RangeError struct {
	Element       int    // of what is encrypted
	Of            string // the input that it is made of, if it is not that element of the sample as it is
	Value, Lo, Hi float64
}

func (e *RangeError) Error() string {
	where := fmt.Sprintf("element %d", e.Element)
	if e.Of != "" {
		where = e.Of
	}
	return fmt.Sprintf("%s is %v, the plan was made for inputs from %v to %v there", where, e.Value, e.Lo, e.Hi)
}

// Check rejects a sample of the wrong length, with numbers that are not finite and that the model
// does not replace, or with an unknown category: a *tensor.CellError. Of a sample outside the plan's
// range it gives a *RangeError for the element furthest outside, which a caller may take as a warning.
func (c *Codec) Check(sample []float64) error {
	x, err := c.Encode(sample)
	if err != nil {
		return err
	}
	if i := c.plan.Box.Outside(x); i >= 0 {
		return &RangeError{i, c.encoder.Describe(i), x[i], c.plan.Box.Lo[i], c.plan.Box.Hi[i]}
	}
	return nil
}

// Encode gives what is encrypted of a sample. The values are overwritten by the next call.
func (c *Codec) Encode(sample []float64) ([]float64, error) { return c.encoder.Encode(sample) }

// Pack fills the slots of each input ciphertext with one sample. The error is Check's, range apart.
func (c *Codec) Pack(sample []float64) ([][]float64, error) {
	x, err := c.Encode(sample)
	if err != nil {
		return nil, err
	}
	return c.run([]int{0}, [][]float64{x}).Slots, nil
}
