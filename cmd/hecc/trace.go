package main

import (
	"context"
	"math"
	"os"
	"slices"

	"hecc/ir/audit"
	"hecc/ir/diag"
	"hecc/ir/he"
	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/runtime/codec"
)

// trace is what verify --trace reports. Noise is the difference of decrypted slots from the circuit in clear.
type trace struct {
	Schema      string       `json:"schema"`
	Model       string       `json:"model"`                         // the model's file
	Samples     int          `json:"samples"`                       // that were traced
	Layers      []traceRow   `json:"layers"`                        // the input, then the nodes of the model
	Operations  []traceRow   `json:"operations,omitempty"`          // with --ops
	Traced      int          `json:"traced_operations"`             // values that were decrypted
	Outside     []int        `json:"outside_prediction"`            // operations whose noise was larger than predicted
	Above       *bitsAbove   `json:"predicted_bits_above_measured"` // null: nothing was measured
	Output      traceOutput  `json:"output"`                        // its error, taken apart
	Ranges      []layerRange `json:"ranges"`                        // how near arguments came to the ends of their intervals
	PredictedMs float64      `json:"predicted_ms"`                  // of a run
	MeasuredMs  float64      `json:"measured_ms"`                   // of a run
}

// traceRow is a layer, of which the noise is that of the result with the fewest bits left, or an operation.
type traceRow struct {
	ID        int                    `json:"id"`                  // of the value in the circuit
	Op        string                 `json:"op"`                  // the operation; of a layer the node's operator
	Source    string                 `json:"source"`              // the node of the model
	Level     int                    `json:"level"`               // of the value
	Predicted float64                `json:"predicted_noise"`     // standard deviation over slots; median of the samples, as what follows
	Measured  *float64               `json:"measured_noise"`      // null: the value is never made
	Most      float64                `json:"predicted_most"`      // of a run's deviation, if the prediction holds
	Bound     float64                `json:"predicted_largest"`   // what no slot exceeds if the prediction holds
	Largest   *float64               `json:"measured_largest"`    // of any slot and sample
	Magnitude float64                `json:"largest_value"`       // in clear
	BitsLeft  *float64               `json:"predicted_bits"`      // log2 of the largest value over the noise
	BitsFound *float64               `json:"measured_bits"`       // the same, of the measured noise
	Terms     map[audit.Term]float64 `json:"terms"`               // what each contributes to the predicted noise, as deviations
	FitError  *float64               `json:"fit_error,omitempty"` // of a layer's polynomials on their intervals
	LargestT  *float64               `json:"largest_t,omitempty"` // of a layer's arguments: 1 is the end of an interval
	Expected  float64                `json:"predicted_ms"`        // by the cost model
	Took      float64                `json:"measured_ms"`         // median of three runs beside the traced one
	Flags     []string               `json:"flags"`               // noise, overflow, interval, time: what is outside its prediction
}

// bitsAbove says how far the predicted noise of operations is above the measured one: log2 of the ratio.
type bitsAbove struct {
	Least  float64 `json:"least"`  // negative: below
	Median float64 `json:"median"` // of all operations
	Mean   float64 `json:"mean"`   // of all operations
	Most   float64 `json:"most"`   // of all operations
}

// traceOutput takes the error of the judged output apart.
type traceOutput struct {
	Of             string  `json:"of"`              // what the errors are of
	Noise          float64 `json:"measured_noise"`  // largest difference from the polynomials in clear
	PredictedNoise float64 `json:"predicted_noise"` // five deviations, half a rounding step and flooding
	Fit            float64 `json:"measured_fit"`    // largest difference of the polynomials from the model
	PredictedFit   float64 `json:"predicted_fit"`   // largest that is expected
}

const (
	flagNoise    = "noise"    // a sample's deviation or a slot exceeds its prediction
	flagOverflow = "overflow" // besides, the largest slot does not fit the modulus
	flagInterval = "interval" // an argument left its interval
	flagTime     = "time"     // twice as slow as predicted, beside the run as a whole

	slowFactor = 2
	slowShare  = 0.1 // of the run's time, from which on slowness is worth a flag
)

// runTrace reports on samples that are all traced. It is an error if noise is outside its prediction.
func (o *verifyOptions) runTrace(ctx context.Context, p *plan.Plan, m *measurement, d dataset) error {
	ops, decrypted, err := m.traceAll(ctx, p, d.samples)
	if err != nil {
		return err
	}
	t := &trace{Schema: traceSchema, Model: p.Interface.Model, Samples: m.Samples, Outside: []int{}}
	if t.Ranges, err = measureRanges(p, d.samples.Rows); err != nil {
		return err
	}
	if t.Output, err = outputErrors(p, d.samples.Rows, decrypted); err != nil {
		return err
	}
	t.fill(p.Circuit, ops)
	if o.html != "" {
		if err := o.writeTrace(ctx, p, t, d.samples.Rows); err != nil {
			return err
		}
	}
	if o.json {
		if !o.ops {
			t.Operations = nil
		}
		err = printJSON(os.Stdout, t)
	} else {
		err = printText(t.text(o.ops, columns(os.Stdout)))
	}
	if err == nil && len(t.Outside) > 0 {
		err = t.failure(p, d.samples.Rows)
	}
	return err
}

// failure is the error for noise that is larger than predicted.
func (t *trace) failure(p *plan.Plan, rows [][]float64) error {
	c, err := codec.NewCodec(&p.Interface)
	if err != nil {
		return err
	}
	outside := 0
	for _, x := range rows {
		outside += equal(c.Check(x) == nil, false)
	}
	d := diag.In(t.Model, "the noise of %d operations is larger than predicted: %s", len(t.Outside), listText(t.Outside))
	if outside > 0 {
		return d.Cure("%d of %d samples are outside the plan's range, where nothing is promised: trace without them", outside, len(rows))
	}
	return d.Cure("a prediction that is too small is a bug of hecc: report it with the model, the plan and this trace")
}

// fill adds up what was seen.
func (t *trace) fill(c *he.Circuit, ops []*opTrace) {
	var above []float64
	for _, o := range ops {
		row := o.row()
		t.PredictedMs, t.MeasuredMs = t.PredictedMs+row.Expected, t.MeasuredMs+row.Took
		t.Operations = append(t.Operations, row)
		if row.Measured == nil {
			continue
		}
		t.Traced++
		if slices.Contains(row.Flags, flagNoise) {
			t.Outside = append(t.Outside, row.ID)
		}
		if *row.Measured > 0 && row.Predicted > 0 {
			above = append(above, math.Log2(row.Predicted / *row.Measured))
		}
	}
	if len(above) > 0 {
		t.Above = &bitsAbove{slices.Min(above), median(above), mean(above), slices.Max(above)}
	}
	t.Layers = layerRows(c, t.Operations)
	for k := range t.Layers {
		t.addRange(&t.Layers[k])
		t.addSlowness(&t.Layers[k])
	}
}

// row sums up a value over all samples.
func (o *opTrace) row() traceRow {
	r := traceRow{ID: o.v.ID, Op: o.v.Op.Name(), Source: traceSource(o.v), Level: o.v.Level, Magnitude: o.magnitude,
		Expected: o.predictMs, Took: median(o.ms), Terms: map[audit.Term]float64{}, Flags: []string{}}
	if len(o.deviation) == 0 {
		return r
	}
	var predicted, bound, most []float64
	outside := false
	for s, p := range o.predicted {
		predicted, bound, most = append(predicted, p.Deviation), append(bound, p.Largest), append(most, p.Most)
		outside = outside || !(o.largest[s] <= p.Largest && o.deviation[s] <= p.Most)
	}
	r.Predicted, r.Bound, r.Magnitude = finite(median(predicted)), finite(median(bound)), finite(o.magnitude)
	r.Most = finite(median(most))
	for _, term := range audit.Terms {
		var part []float64
		for _, p := range o.predicted {
			part = append(part, p.Terms[term])
		}
		r.Terms[term] = finite(median(part))
	}
	measured, largest := finite(median(o.deviation)), finite(slices.Max(o.largest))
	r.Measured, r.Largest = &measured, &largest
	r.BitsLeft, r.BitsFound = bitsLeft(o.magnitude, r.Predicted), bitsLeft(o.magnitude, measured)
	if outside {
		r.Flags = append(r.Flags, flagNoise)
		if o.magnitude > o.limit {
			r.Flags = append(r.Flags, flagOverflow)
		}
	}
	return r
}

// finite is a number that JSON has: the largest one in place of what is none.
func finite(x float64) float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return math.MaxFloat64
	}
	return x
}

// bitsLeft is the precision of the largest value; nil where there is none or no noise.
func bitsLeft(magnitude, noise float64) *float64 {
	bits := math.Log2(magnitude / noise)
	if math.IsInf(bits, 0) || math.IsNaN(bits) {
		return nil
	}
	return &bits
}

// traceSource names the node of the model that a value belongs to.
func traceSource(v *he.Value) string {
	if _, ok := v.Op.(he.Input); ok {
		return "input"
	}
	return sourceOf(v.Pos)
}

// median of some numbers, which it leaves in order; 0 of none.
func median(x []float64) float64 {
	if len(x) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(x))
	return s[len(s)/2]
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

// outputErrors compares the decrypted outputs, as they are before rounding, with the polynomials and the model
// in clear.
func outputErrors(p *plan.Plan, rows [][]float64, runs []codec.Run) (o traceOutput, err error) {
	c, err := codec.NewCodec(&p.Interface, codec.Raw())
	if err != nil {
		return o, err
	}
	results, err := c.Results(runs)
	if err != nil {
		return o, err
	}
	o.Of, o.PredictedFit = p.Interface.ErrorOf(), p.Fit.Error
	o.PredictedNoise = p.Interface.PredictedError - p.Fit.Error
	exact, polynomial, judged := tensor.NewEvaluator(p.Imported), tensor.NewEvaluator(p.Polynomial), p.Imported.Judged()
	for s, x := range rows {
		want, err := exact.Run(x)
		if err != nil {
			return o, err
		}
		encoded, err := c.Encode(x)
		if err != nil {
			return o, err
		}
		v, err := polynomial.Run(encoded)
		if err != nil {
			return o, err
		}
		clear, err := c.Finish(v.Of(p.Polynomial.Outputs[0].Node))
		if err != nil {
			return o, err
		}
		o.Noise = max(o.Noise, finite(maxAbsDiff(results[s].Judged, clear.Judged)))
		o.Fit = max(o.Fit, finite(maxAbsDiff(clear.Judged, want.Of(judged))))
	}
	return o, nil
}
