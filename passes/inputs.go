package passes

import (
	"context"
	"errors"
	"math"
	"slices"

	"hecc/ir/diag"
	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/passes/tails"
	"hecc/passes/worst"
)

// encodeInputs applies the prologue to samples and ranges.
func (c *compilation) encodeInputs() error {
	e := tensor.NewEncoder(c.prologue)
	at := diag.Pos{File: c.imported.File}
	encoded := make([][]float64, len(c.opts.Calibration))
	for i, x := range c.opts.Calibration {
		y, err := e.Encode(x)
		if err != nil {
			return c.calibrationError(at, i, err)
		}
		encoded[i] = append([]float64(nil), y...)
	}
	for k := range min(matchedSamples, len(encoded)) { // spread over all samples, since neighbours may be copies
		c.rawSamples = append(c.rawSamples, c.opts.Calibration[k*len(encoded)/matchedSamples])
	}
	c.opts.Calibration = encoded
	if e.Plain() || len(encoded) > 0 { // the box follows from the samples
		return nil
	}
	declared := c.opts.InputRange
	box, assumed := &plan.Box{}, uniformBox(c.imported.Input().Size(), -1, 1)
	if declared != nil {
		assumed = declared
	}
	box.Lo, box.Hi = e.Range(assumed.Lo, assumed.Hi)
	for k := range box.Lo {
		if math.IsInf(box.Lo[k], 0) || math.IsInf(box.Hi[k], 0) || math.IsNaN(box.Lo[k]+box.Hi[k]) {
			if declared == nil {
				return nil // a linear rest needs no range, and others will ask for samples
			}
			return diag.At(at, "no range is known of what the client computes before it encrypts, at element %d", k).
				Cure("give --calibrate samples.npy: a range of inputs does not bound it")
		}
	}
	c.opts.InputRange = box
	return nil
}

func (c *compilation) calibrationError(at diag.Pos, i int, err error) error {
	var cell *tensor.CellError
	if !errors.As(err, &cell) {
		return diag.At(at, "calibration sample %d: %v", i, err).Cure("give samples of as many elements as the model takes")
	}
	cell.Name(c.opts.Words)
	return diag.At(at, "calibration sample %d: %s", i, cell.Text()).Cure("%s", cell.Note)
}

// Headroom: how much larger than on the samples a value may become before it overflows.
const (
	calibratedHeadroom = 2.5
	declaredHeadroom   = 8 // samples are made up: drawn from the declared range, and corners of it with large outputs
)

// setInput sets the box of inputs, and the samples that magnitudes are measured on.
func (c *compilation) setInput(ctx context.Context) error {
	declared := c.opts.InputRange
	if len(c.opts.Calibration) == 0 && declared == nil {
		for _, n := range c.graph.Nodes {
			if f, ok := n.Op.(tensor.Func); ok {
				return diag.At(n.Pos, "cannot fit a polynomial to %s: the range of its input is unknown", f.Fn).
					Cure("give --calibrate samples.npy, or --input-range lo:hi")
			}
		}
		declared = uniformBox(c.graph.Input().Size(), -1, 1)
	}
	if len(c.opts.Calibration) > 0 {
		given := len(c.opts.Calibration)
		distinct, err := tails.Distinct(ctx, c.opts.Calibration)
		if err != nil {
			return err
		}
		c.truth = c.truth.Kept(c.opts.Calibration, distinct)
		c.calibrationSamples, c.opts.Calibration = given, distinct
	}
	c.box = tails.Box(c.opts.Calibration, declared)
	if len(c.opts.Calibration) > 0 {
		c.samples, c.headroom = c.opts.Calibration[:min(worst.MagnitudeSamples, len(c.opts.Calibration))], calibratedHeadroom
		return nil
	}
	c.samples, c.headroom = tails.Draw(c.box, worst.MagnitudeSamples), declaredHeadroom
	return nil
}

func uniformBox(n int, lo, hi float64) *plan.Box {
	return &plan.Box{Lo: slices.Repeat([]float64{lo}, n), Hi: slices.Repeat([]float64{hi}, n)}
}
