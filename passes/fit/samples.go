package fit

import (
	"context"
	"math"
	"slices"

	"hecc/ir/diag"
	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/passes/internal/sampled"
	"hecc/passes/piecewise"
	"hecc/passes/promise"
	"hecc/passes/rewrite"
	"hecc/passes/tails"
	"hecc/passes/train"
)

// Fitting on calibration samples: each element of a layer gets its own interval and
// polynomial, by least squares on the values that the polynomial network itself produces.

const (
	maxSamples = 8192    // more hardly change a fit
	maxValues  = 1 << 25 // of all nodes on all samples: a quarter of a gigabyte
	HoldOut    = 4       // one sample in so many judges the fit and is not fitted on
)

// Problem is a network whose functions polynomials are to replace.
type Problem struct {
	Graph       *tensor.Graph    // at the stage lowering
	Release     *promise.Release // what the client makes of its outputs
	Targets     Targets
	Degrees     []int // of single polynomials to try; nil: all, and what stands for kinks
	KeepWeights bool  // no compensation, no distillation
	Progress    func(what string)
}

// Result is a network of polynomials.
type Result struct {
	Graph *tensor.Graph
	Fit   Fit
	Box   plan.Box      // where inputs may lie: no larger than was asked for
	Exact *tensor.Graph // what was fitted, with its functions
	Lines []Line
}

// fitter fits polynomials to the functions of a graph.
type fitter struct {
	Problem
	box         plan.Box
	samples     int            // distinct ones that there are
	train       int            // how many samples, the first ones, are fitted on; the others judge
	exact       sampled.Values // every node of the graph, with the exact functions
	outputs     sampled.Matrix // the judged output of the exact model
	classes     sampled.Matrix // its outputs that come in steps, as labels do
	sensitivity sampled.Values // how much the outputs depend on each function's values, on those samples
	goal        goal
	fixed       map[*tensor.Node]bool // nodes that no function precedes
	funcs       []tensor.Func         // in order
	schedules   schedules             // forms to try

	arguments int // of all functions together
}

// OnSamples fits polynomials on samples of inputs, and moves the ends of the box inwards where they would be far off.
func OnSamples(ctx context.Context, p Problem, samples [][]float64, box plan.Box) (*Result, error) {
	used := usedSamples(p.Graph, samples)
	if len(used) < 2*HoldOut {
		return nil, diag.Errorf(diag.Pos{File: p.Graph.File}, "%d different calibration samples are too few to fit polynomials", len(used)).
			Note("give at least %d, better %d or more; or --input-range lo:hi", 2*HoldOut, EnoughHeldOut*HoldOut)
	}
	box = plan.Box{Lo: slices.Clone(box.Lo), Hi: slices.Clone(box.Hi)}
	f := newFitter(p, used, len(samples), box)
	best, err := f.search(ctx)
	if split, ok := piecewise.Split(p.Graph); ok && err == nil && !f.goal.met(best.fit) {
		p.Graph = split
		f = newFitter(p, used, len(samples), box)
		best, err = f.search(ctx)
	}
	if err == nil && !f.goal.met(best.fit) && !f.takesBest(best) {
		err = f.outOfReach(best)
	}
	if err != nil {
		return nil, err
	}
	best.fit.Missed = !f.goal.met(best.fit)
	f.narrow(best)
	return &Result{best.graph, best.fit, f.box, f.Graph, f.lines(best)}, nil
}

// Way is how to replace all functions alike, without a search.
type Way struct {
	Degree     int
	Shared     bool // one polynomial for all elements of a layer
	Compensate bool
	Distill    bool
}

// InOneWay fits on samples in a given way, whatever comes of it.
func InOneWay(ctx context.Context, p Problem, samples [][]float64, box plan.Box, way Way) (*Result, error) {
	f := newFitter(p, usedSamples(p.Graph, samples), len(samples), box)
	forms := slices.Repeat(polynomials(way.Degree), len(f.funcs))
	var best *candidate
	for _, w := range margins {
		c, err := f.try(ctx, choice{forms, way.Compensate, w, way.Shared})
		if err != nil {
			return nil, err
		}
		if best == nil || f.goal.better(c.fit, best.fit) {
			best = c
		}
		if best.fit.bounded() {
			break
		}
	}
	if way.Distill {
		var err error
		if best, err = f.distill(ctx, best); err != nil {
			return nil, err
		}
	}
	return &Result{best.graph, best.fit, f.box, f.Graph, f.lines(best)}, nil
}

// usedSamples is as many samples as there is room for.
func usedSamples(g *tensor.Graph, samples [][]float64) [][]float64 {
	width := 0
	for _, n := range g.Nodes {
		width += n.Size()
	}
	return samples[:min(len(samples), maxSamples, max(maxValues/width, 2*HoldOut))]
}

func newFitter(p Problem, samples [][]float64, all int, box plan.Box) *fitter {
	f := &fitter{Problem: p, samples: all, box: box, exact: sampled.Values{}, fixed: map[*tensor.Node]bool{}}
	var in sampled.Matrix
	in, f.train = splitSamples(samples)
	f.schedules = schedulesOf(p.Graph, p.Degrees).enoughSamples(f.train, p.Targets.fewSamples(all))
	for _, n := range p.Graph.Nodes {
		switch op := n.Op.(type) {
		case tensor.Input:
			f.exact[n], f.fixed[n] = in, true
			continue
		case tensor.Func:
			f.funcs = append(f.funcs, op)
			f.arguments += n.Size()
		default:
			f.fixed[n] = !slices.ContainsFunc(n.In, func(a *tensor.Node) bool { return !f.fixed[a] })
		}
		f.exact[n] = sampled.Eval(n, f.exact.Of(n.In))
	}
	f.outputs, f.classes = f.Release.Answers(f.exact[p.Graph.Outputs[0].Node])
	f.sensitivity = f.sensitivities()
	f.goal = NewGoal(p.Targets, p.Release.Epilogue, slices.Max(f.outputs.Data)-slices.Min(f.outputs.Data))
	return f
}

// splitSamples puts the samples that are fitted on first, and says how many they are.
func splitSamples(samples [][]float64) (sampled.Matrix, int) {
	in, train := sampled.Matrix{Cols: len(samples[0])}, 0
	for s, x := range samples {
		if s%HoldOut != 0 {
			in.Data = append(in.Data, x...)
			train++
		}
	}
	for s := 0; s < len(samples); s += HoldOut {
		in.Data = append(in.Data, samples[s]...)
	}
	return in, train
}

// choice says how to replace the functions.
type choice struct {
	forms  []form  // of each function, in order
	refit  bool    // compensate in the maps behind them
	margin float64 // see reach
	shared bool    // one polynomial for all elements of a layer
}

// candidate is a polynomial network and how good it is.
type candidate struct {
	choice
	graph  *tensor.Graph
	values sampled.Values
	made   []*tensor.Node // of each function, in order
	fit    Fit
}

// try fits polynomials and judges them.
func (f *fitter) try(ctx context.Context, c choice) (*candidate, error) {
	graph, got, made, err := f.replace(ctx, c)
	if err != nil {
		return nil, err
	}
	return &candidate{c, graph, got, made, f.judge(c, graph, got)}, nil
}

// replace makes polynomials of every Func, layer after layer, and returns the new graph with
// its values on every sample, and what was made of each Func.
func (f *fitter) replace(ctx context.Context, c choice) (*tensor.Graph, sampled.Values, []*tensor.Node, error) {
	r := rewrite.New(f.Graph, tensor.Lowering)
	got := sampled.Values{}
	forms := c.forms
	var made []*tensor.Node
	for _, n := range f.Graph.Nodes {
		if f.fixed[n] {
			got[r.Keep(n)] = f.exact[n]
			continue
		}
		in := got.Of(r.Operands(n))
		op := n.Op
		switch old := n.Op.(type) {
		case tensor.Func:
			if forms[0].kinks != nil {
				if err := f.straighten(r, n, forms[0], c.margin, got); err != nil {
					return nil, nil, nil, err
				}
				forms, made = forms[1:], append(made, r.To[n])
				continue
			}
			p, err := fitLayer(ctx, n, old, forms[0].degree, c, f.exceedance(forms[0].degree), in[0].Slice(0, f.train), f.weights(n, c))
			if err != nil {
				return nil, nil, nil, err
			}
			op, forms = p, forms[1:]
		case tensor.Affine:
			if c.refit {
				op = train.Refit(old, f.training(in), f.exact[n].Slice(0, f.train))
			}
			if err := ctx.Err(); err != nil {
				return nil, nil, nil, err
			}
		}
		at := r.Out.MustAdd(n.Pos, op, r.Operands(n)...)
		r.To[n], got[at] = at, sampled.Eval(at, in)
		if _, ok := n.Op.(tensor.Func); ok {
			made = append(made, at)
		}
	}
	return r.Finish(), got, made, nil
}

// straighten puts polynomials at the kinks of a Func, with intervals as fitLayer sets them.
func (f *fitter) straighten(r *rewrite.Rewriter, n *tensor.Node, as form, widen float64, got sampled.Values) error {
	x := r.To[n.In[0]]
	l, err := piecewise.NewLayer(n, as.kinks, sampledIntervals(n, widen, f.exceedance(as.degree), got[x].Slice(0, f.train)))
	if err != nil {
		return err
	}
	before := len(r.Out.Nodes)
	r.To[n] = l.Emit(r.Out, n, x)
	for _, at := range r.Out.Nodes[before:] {
		got[at] = sampled.Eval(at, got.Of(at.In))
	}
	return nil
}

// weights says how much the samples matter to the fit of a function, if the map behind it does
// not see to that; no values mean that all matter alike.
func (f *fitter) weights(n *tensor.Node, c choice) sampled.Matrix {
	if c.refit {
		return sampled.Matrix{}
	}
	return f.sensitivity[n]
}

// training is the part of the values that is fitted on.
func (f *fitter) training(in []sampled.Matrix) []sampled.Matrix {
	out := make([]sampled.Matrix, len(in))
	for k, v := range in {
		out[k] = v.Slice(0, f.train)
	}
	return out
}

// held is the part of the values that judges.
func (f *fitter) held(v sampled.Matrix) sampled.Matrix { return v.Slice(f.train, v.Rows()) }

// judge compares a polynomial network with the exact one on the held-out samples. An error on a sample that was fitted on
// counts too where it is larger than any of theirs.
func (f *fitter) judge(c choice, g *tensor.Graph, got sampled.Values) Fit {
	degrees := degreesOf(c.forms)
	fit := Fit{Degree: slices.Max(degrees), Degrees: degrees, Compensated: c.refit}
	f.judgeArguments(&fit, g, got)
	y, classes := f.Release.Answers(got[g.Outputs[0].Node])
	errors := make([]float64, y.Rows())
	sum, same := 0.0, 0
	for s := range errors {
		want, held := f.outputs.Row(s), s >= f.train
		for i, w := range want {
			e := y.Row(s)[i] - w
			if errors[s] = max(errors[s], math.Abs(e)); held {
				sum += e * e
			}
		}
		agree := slices.Equal(classes.Row(s), f.classes.Row(s))
		if classes.Cols == 0 {
			agree = tensor.Largest(y.Row(s)) == tensor.Largest(want)
		}
		if held && agree {
			same++
		}
	}
	fit.HeldOut = len(errors) - f.train
	fit.Samples = f.samples
	fit.Error = min(tails.PredictedError(errors[f.train:], slices.Max(errors)), f.Release.JudgedWidth())
	fit.Likely = fit.Error
	fit.RMS = math.Sqrt(sum / float64(fit.HeldOut*y.Cols))
	fit.Agreement = float64(same) / float64(fit.HeldOut)
	fit.PredictedAgreement = tails.PredictedAgreement(same, fit.HeldOut)
	return fit
}

// judgeArguments looks how far arguments of polynomials leave their intervals.
func (f *fitter) judgeArguments(fit *Fit, g *tensor.Graph, got sampled.Values) {
	for _, n := range g.Nodes {
		p, ok := n.Op.(tensor.Poly)
		if !ok {
			continue
		}
		far := 0.0
		for x := f.held(got[n.In[0]]); x.Rows() > 0; x = x.Slice(1, x.Rows()) {
			for i, v := range x.Row(0) {
				far = max(far, math.Abs(p.Unit(p.At(i), v)))
			}
		}
		fit.LargestT, fit.growth = max(fit.LargestT, far), max(fit.growth, chebyshevGrowth(p.Degree(), far))
	}
}

// exceedance is the probability with which an argument of a polynomial of degree d may leave its interval on one side.
func (f *fitter) exceedance(d int) float64 {
	if d <= tails.LowDegree {
		return tails.PerElement(tails.LowIntervalExceedance, f.arguments)
	}
	return tails.PerElement(tails.IntervalExceedance, f.arguments)
}
