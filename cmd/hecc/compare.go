package main

import (
	"math"
	"slices"

	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/runtime/codec"
)

// errorStats are the errors of some samples.
type errorStats struct {
	samples, values    int
	lost               []int   // samples with a result that is not finite
	worst, sum, expect float64 // the largest, their sum, the largest against expected outputs
}

// add compares a sample with the exact model, and with expected outputs if there are any.
func (o *errorStats) add(sample int, r *codec.Result, want, expected []float64) {
	o.samples++
	e := maxAbsDiff(r.Judged, want)
	if math.IsNaN(e) || math.IsInf(e, 0) {
		o.lost = append(o.lost, sample)
		return
	}
	o.worst = max(o.worst, e)
	for i, w := range want {
		o.sum += math.Abs(r.Judged[i] - w)
	}
	o.values += len(want)
	if len(expected) > 0 {
		o.expect = max(o.expect, maxAbsDiff(r.Primary, expected))
	}
}

// maxAbsDiff is the largest absolute difference of two vectors, or NaN if one is NaN.
func maxAbsDiff(a, b []float64) float64 {
	most := 0.0
	for i, x := range a {
		most = max(most, math.Abs(x-b[i]))
	}
	return most
}

// compare holds results against the exact model, the labels and the expected outputs. Of samples outside the
// plan's range nothing is promised: their errors are counted apart, and their decisions not at all.
func (m *measurement) compare(p *plan.Plan, d dataset, results []*codec.Result) error {
	c, err := codec.NewCodec(&p.Interface)
	if err != nil {
		return err
	}
	exact, judged := tensor.NewEvaluator(p.Imported), p.Imported.Judged()
	var inside, outside errorStats
	var right decisions
	var alarms alarms
	for s, r := range results {
		v, err := exact.Run(d.samples.Rows[s])
		if err != nil {
			return err
		}
		var expected []float64
		if d.expect != nil {
			expected = d.expect[s]
		}
		of, promised := &inside, c.Check(d.samples.Rows[s]) == nil
		if !promised {
			of = &outside
		}
		of.add(s, r, v.Of(judged), expected)
		if promised {
			right.add(p.Imported, d, s, r, v)
			alarms.add(p.Imported, d, s, r, v)
		}
	}
	m.Samples = len(results)
	m.setErrors(inside, outside, d.expect != nil)
	m.setDecisions(right, p.Imported, d.labels != nil)
	m.AUCClear, m.AUCEncrypt = auc(alarms.clear, alarms.flags), auc(alarms.encrypted, alarms.flags)
	return nil
}

func (m *measurement) setErrors(inside, outside errorStats, expected bool) {
	if inside.values > 0 {
		mean := inside.sum / float64(inside.values)
		m.MaxAbsError, m.MeanAbsError = &inside.worst, &mean
		if expected {
			m.MaxErrorExpect = &inside.expect
		}
	}
	if m.Outside = outside.samples; outside.values > 0 {
		m.MaxErrorOutside = &outside.worst
	}
	m.Lost = append(inside.lost, outside.lost...)
}

// decisions counts samples whose largest output, or whose classes, are as in the exact model, and as their
// labels say.
type decisions struct{ same, clear, encrypted int }

func (r *decisions) add(g *tensor.Graph, d dataset, s int, got *codec.Result, exact tensor.Values) {
	if classes := g.Classes(); len(classes) > 0 {
		r.same += equal(true, slices.Equal(got.Classes, joined(exact, classes)))
	} else {
		r.same += equal(tensor.Largest(exact.Of(g.Primary().Node)), tensor.Largest(got.Primary))
	}
	if d.labels != nil {
		r.clear += equal(d.by.Class(exact.Of(d.by.Node)), d.labels[s])
		r.encrypted += equal(classOf(d.by, got), d.labels[s])
	}
}

// setDecisions reports shares of the samples inside the plan's range, which predictions are about.
func (m *measurement) setDecisions(r decisions, g *tensor.Graph, labelled bool) {
	inside := m.Samples - m.Outside
	if inside == 0 {
		return
	}
	share := func(n int) *float64 {
		x := float64(n) / float64(inside)
		return &x
	}
	m.decision = "argmax"
	if g.Judged() != g.Primary().Node { // what the model gives comes in steps only
		m.decision = "decisions"
	}
	if g.Primary().Node.Size() > 1 || len(g.Classes()) > 0 {
		m.ArgmaxAgreement = share(r.same)
	}
	if labelled {
		m.AccuracyClear, m.AccuracyEncrypt = share(r.clear), share(r.encrypted)
	}
}

// joined concatenates the values of some nodes.
func joined(v tensor.Values, nodes []*tensor.Node) (list []float64) {
	for _, n := range nodes {
		list = append(list, v.Of(n)...)
	}
	return list
}

func equal[T comparable](a, b T) int {
	if a == b {
		return 1
	}
	return 0
}
