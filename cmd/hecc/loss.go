package main

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/spf13/cobra"

	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/passes"
	"hecc/passes/fit"
	"hecc/passes/tails"
	"hecc/runtime/codec"
	"hecc/runtime/datafile"
)

// What an error matters, the model's own loss says: with --labels, plans are chosen by what is known of the
// calibration samples, and held against it, on those that no polynomial was fitted on.

// mostJudged bounds the samples that a plan is simulated on.
const mostJudged = 500

// loss compares the model and a plan with labels, or with values, of held-out samples. Noise is simulated.
type loss struct {
	Samples       int      `json:"samples"`                  // held-out ones that were compared
	AccuracyClear *float64 `json:"accuracy_clear,omitempty"` // of a classifier
	AccuracyPlan  *float64 `json:"accuracy_plan,omitempty"`  // of the plan, with simulated noise
	RMSEClear     *float64 `json:"rmse_clear,omitempty"`     // of other models: the distance from the values
	RMSEPlan      *float64 `json:"rmse_plan,omitempty"`      // of the plan
	R2Clear       *float64 `json:"r2_clear,omitempty"`       // coefficient of determination of the model
	R2Plan        *float64 `json:"r2_plan,omitempty"`        // of the plan
}

func labelsFlag(cmd *cobra.Command, labels *string) {
	cmd.Flags().StringVar(labels, "labels", "", "the classes of the calibration samples, as the model names them, or the values that it should give, a row for each sample (.npy or .csv): shows what the plan's error matters, and without a target chooses the knee by it")
}

// judge holds plans of a model against labels.
type judge struct {
	samples *datafile.Samples // for calibration
	labels  []string          // of these, or nil
	by      *tensor.Classifier
	values  [][]float64 // or nil
	heldOut []int       // samples that no polynomial was fitted on, of many the first; nil: not known yet
}

// newJudge reads the labels of the calibration samples; without a file it is nil.
func newJudge(file string, g *tensor.Graph, calibration [][]float64) (*judge, error) {
	if file == "" {
		return nil, nil
	}
	if calibration == nil {
		return nil, usageError{fmt.Errorf("--labels are those of the samples of --calibrate, which is missing")}
	}
	j := &judge{samples: &datafile.Samples{Path: file, Rows: calibration}}
	by, size := g.Classifier(), g.Primary().Node.Size()
	if by == nil || by.Output < 0 { // numbers that may be scores, and may be anything else
		values, err := datafile.ReadOutputs(file, len(calibration), size)
		if j.values = values; by == nil || err == nil && !oneHot(values) {
			return j, err
		}
		j.values = nil
	}
	var err error
	j.by = by
	j.labels, err = readLabels(file, len(calibration), by)
	return j, err
}

// oneHot says whether each row is a class: a one among zeros.
func oneHot(rows [][]float64) bool {
	return !slices.ContainsFunc(rows, func(x []float64) bool {
		ones := 0
		for _, v := range x {
			if v == 1 {
				ones++
			}
		}
		return ones != 1 || slices.ContainsFunc(x, func(v float64) bool { return v != 0 && v != 1 })
	})
}

// steer lets labels choose the plan where no target does.
func (j *judge) steer(opts *passes.Options) {
	if j != nil {
		opts.Labels, opts.Values = j.labels, j.values
	}
}

// findHeldOut finds the samples that fits hold out: one of so many that differ once they are encoded.
func (j *judge) findHeldOut(ctx context.Context, p *plan.Plan) error {
	if j.heldOut != nil {
		return nil
	}
	c, err := codec.NewCodec(&p.Interface)
	if err != nil {
		return err
	}
	encoded, number := make([][]float64, len(j.samples.Rows)), map[*float64]int{}
	for s, x := range j.samples.Rows {
		y, err := c.Encode(x)
		if err != nil {
			return err
		}
		encoded[s] = slices.Clone(y)
		number[&encoded[s][0]] = s
	}
	distinct, err := tails.Distinct(ctx, encoded)
	for k := 0; k < len(distinct) && len(j.heldOut) < mostJudged; k += fit.HoldOut {
		j.heldOut = append(j.heldOut, number[&distinct[k][0]])
	}
	return err
}

// of is the loss of a plan; nil without labels.
func (j *judge) of(ctx context.Context, p *plan.Plan) (*loss, error) {
	if j == nil {
		return nil, nil
	}
	if err := j.findHeldOut(ctx, p); err != nil {
		return nil, err
	}
	d := dataset{samples: &datafile.Samples{Path: j.samples.Path}, by: j.by}
	for _, s := range j.heldOut {
		d.samples.Rows = append(d.samples.Rows, j.samples.Rows[s])
		if j.labels != nil {
			d.labels = append(d.labels, j.labels[s])
		} else {
			d.expect = append(d.expect, j.values[s])
		}
	}
	results, err := simulateAll(ctx, p, d.samples)
	if err != nil {
		return nil, err
	}
	l := &loss{Samples: len(results)}
	if j.labels == nil {
		return l, l.regression(p, d, results)
	}
	m := &measurement{}
	if err := m.compare(p, d, results); err != nil {
		return nil, err
	}
	l.AccuracyClear, l.AccuracyPlan = m.AccuracyClear, m.AccuracyEncrypt
	return l, nil
}

// regression fills in how far the model's and the plan's outputs are from the values.
func (l *loss) regression(p *plan.Plan, d dataset, results []*codec.Result) error {
	exact, at := tensor.NewEvaluator(p.Imported), p.Imported.Primary().Node
	mean, count := 0.0, float64(len(d.expect)*at.Size())
	for _, y := range d.expect {
		for _, v := range y {
			mean += v / count
		}
	}
	var clear, own, total float64
	for s, y := range d.expect {
		v, err := exact.Run(d.samples.Rows[s])
		if err != nil {
			return err
		}
		for k, want := range y {
			clear += square(v.Of(at)[k] - want)
			own += square(results[s].Primary[k] - want)
			total += square(want - mean)
		}
	}
	rmse := func(squares float64) *float64 { x := math.Sqrt(squares / count); return &x }
	r2 := func(squares float64) *float64 { x := 1 - squares/total; return &x }
	l.RMSEClear, l.RMSEPlan = rmse(clear), rmse(own)
	if total > 0 {
		l.R2Clear, l.R2Plan = r2(clear), r2(own)
	}
	return nil
}

func square(x float64) float64 { return x * x }

// text is one line.
func (l *loss) text() string {
	switch {
	case l.AccuracyPlan != nil:
		return fmt.Sprintf("of %d held-out samples %.1f %% right, in clear %.1f %%", l.Samples, 100**l.AccuracyPlan, 100**l.AccuracyClear)
	case l.R2Plan != nil:
		return fmt.Sprintf("on %d held-out samples %.3g from their values (root mean square), in clear %.3g; R² %.4f, in clear %.4f",
			l.Samples, *l.RMSEPlan, *l.RMSEClear, *l.R2Plan, *l.R2Clear)
	case l.RMSEPlan != nil:
		return fmt.Sprintf("on %d held-out samples %.3g from their values (root mean square), in clear %.3g", l.Samples, *l.RMSEPlan, *l.RMSEClear)
	}
	return fmt.Sprintf("none of %d held-out samples is inside the plan's range", l.Samples)
}

// short is a column of a table.
func (l *loss) short() string {
	switch {
	case l == nil:
		return ""
	case l.AccuracyPlan != nil:
		return fmt.Sprintf("   %.1f %% (%.1f %%)", 100**l.AccuracyPlan, 100**l.AccuracyClear)
	case l.RMSEPlan != nil:
		return fmt.Sprintf("   rms %.3g (%.3g)", *l.RMSEPlan, *l.RMSEClear)
	}
	return "   –"
}
