package audit

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"hecc/ir/tensor"
)

// fit compares the polynomial graph with the model. A bound that is claimed for the whole box must hold on
// every input of the box; one that was measured on calibration data cannot be recomputed without the data.
func (a *auditor) fit() (finding, error) {
	i, f := &a.p.Interface, &a.p.Fit
	if !(f.Error <= i.PredictedError && i.PredictedError <= i.PublicError) {
		return finding{}, fmt.Errorf("errors of %.3g by the fit, %.3g and %.3g in all do not ascend", f.Error, i.PredictedError, i.PublicError)
	}
	figures := map[string]float64{"fit_error": f.Error, "largest_t": a.points.t}
	if f.HeldOut > 0 {
		return finding{
			detail:  fmt.Sprintf("%d layers of polynomials, predicted error %.2e", len(f.Activations), f.Error),
			assumes: fmt.Sprintf("the compiler's measurement on %d held-out samples; inputs like those", f.HeldOut),
			figures: figures,
		}, nil
	}
	e, err := i.EpilogueGraph()
	if err != nil {
		return finding{}, err
	}
	exact, poly, client := tensor.NewEvaluator(a.p.Imported), tensor.NewEvaluator(a.p.Polynomial), tensor.NewEvaluator(e)
	samples, err := a.samples()
	if err != nil {
		return finding{}, err
	}
	worst := 0.0
	for _, x := range samples {
		d, top, err := modelGap(exact, poly, client, a, e, x)
		if err != nil {
			return finding{}, err
		}
		if !(d <= f.Error*(1+1e-9)+rounding*top) {
			return finding{}, fmt.Errorf("the polynomial graph is off by %.3g from the model, the plan says %.3g at most", d, f.Error)
		}
		worst = max(worst, d)
	}
	figures["largest_error"] = worst
	return finding{
		detail:  fmt.Sprintf("%d layers of polynomials, off by %.2e on %d points of the box, at most %.2e by the plan", len(f.Activations), worst, len(samples), f.Error),
		figures: figures,
	}, nil
}

// sample is an input of the model and what the client encrypts of it.
type sample struct{ raw, encrypted []float64 }

// samples are the points of the box. If the client computes something before it encrypts, they are random
// samples that it turns into points of the box.
func (a *auditor) samples() ([]sample, error) {
	g, err := a.p.Interface.PrologueGraph()
	if err != nil {
		return nil, err
	}
	e, box := tensor.NewEncoder(g), a.p.Interface.Box
	var out []sample
	if e.Plain() {
		for _, x := range a.points.box {
			out = append(out, sample{x, x})
		}
		return out, nil
	}
	rng := stream("samples")
	for range 16 * len(a.points.box) {
		x := e.Draw(rng, box.Lo, box.Hi)
		y, err := e.Encode(x)
		if err == nil && box.Outside(y) < 0 && len(out) < len(a.points.box) {
			out = append(out, sample{x, slices.Clone(y)})
		}
	}
	if len(out) == 0 {
		return nil, errors.New("no made-up sample is inside the box after the client has encoded it: the promise was held against none")
	}
	return out, nil
}

// modelGap is the error of the judged output, and the magnitude of its largest element.
func modelGap(exact, poly, client *tensor.Evaluator, a *auditor, epilogue *tensor.Graph, x sample) (gap, top float64, err error) {
	v, err := exact.Run(x.raw)
	if err != nil {
		return 0, 0, err
	}
	w, err := poly.Run(x.encrypted)
	if err != nil {
		return 0, 0, err
	}
	for k := range a.p.Fit.Activations {
		act := &a.p.Fit.Activations[k]
		if t := act.LargestT(a.p.Polynomial, w); t > 1+1e-9 && !act.Exact() {
			return 0, 0, fmt.Errorf("an argument of %s lies at %.3g of its interval, for an input inside the box", act.Of, t)
		}
	}
	u, err := client.Run(w.Of(a.p.Polynomial.Outputs[0].Node))
	if err != nil {
		return 0, 0, err
	}
	want, got := v.Of(a.p.Imported.Judged()), u.Of(epilogue.Judged())
	top = 1
	for k := range want {
		d := math.Abs(got[k] - want[k])
		if math.IsNaN(d) {
			return math.Inf(1), top, nil
		}
		gap, top = max(gap, d), max(top, math.Abs(want[k]))
	}
	return gap, top, nil
}
