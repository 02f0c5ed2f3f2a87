package passes

import (
	"context"
	"math"
	"slices"

	"hecc/ir/diag"
	"hecc/ir/plan"
	"hecc/ir/tensor"
)

// Fitting on calibration samples: each element of a layer gets its own interval and
// polynomial, by least squares on the values that the polynomial network itself produces.

const (
	maxSamples = 8192    // more hardly change a fit
	maxValues  = 1 << 25 // of all nodes on all samples: a quarter of a gigabyte
	holdOut    = 4       // one sample in so many judges the fit and is not fitted on
)

// problem is a network whose functions polynomials are to replace.
type problem struct {
	graph       *tensor.Graph // at the stage lowering
	release     *release      // what the client makes of its outputs
	targets     targets
	degrees     []int // of single polynomials to try; nil: all, and what stands for kinks
	keepWeights bool  // no compensation, no distillation
	progress    func(what string)
}

// fitResult is a network of polynomials.
type fitResult struct {
	graph *tensor.Graph
	fit   Fit
	box   plan.Box      // where inputs may lie: no larger than was asked for
	exact *tensor.Graph // what was fitted, with its functions
	lines []Line
}

// fitter fits polynomials to the functions of a graph.
type fitter struct {
	problem
	box     plan.Box
	samples int    // distinct ones that there are
	train   int    // how many samples, the first ones, are fitted on; the others judge
	exact   batch  // every node of the graph, with the exact functions
	outputs values // the judged output of the exact model
	classes values // its outputs that come in steps, as labels do
	felt    batch  // how much the outputs depend on each function's values, on those samples
	goal    goal
	fixed   map[*tensor.Node]bool // nodes that no function precedes
	funcs   []tensor.Func         // in order
	ladders ladders               // forms to try

	arguments int // of all functions together
}

// onSamples fits polynomials on samples of inputs, and moves the ends of the box inwards where they would be far off.
func onSamples(ctx context.Context, p problem, samples [][]float64, box plan.Box) (*fitResult, error) {
	used := usedSamples(p.graph, samples)
	if len(used) < 2*holdOut {
		return nil, diag.Errorf(diag.Pos{File: p.graph.File}, "%d different calibration samples are too few to fit polynomials", len(used)).
			Note("give at least %d, better %d or more; or --input-range lo:hi", 2*holdOut, enoughHeldOut*holdOut)
	}
	box = plan.Box{Lo: slices.Clone(box.Lo), Hi: slices.Clone(box.Hi)}
	f := newFitter(p, used, len(samples), box)
	best, err := f.search(ctx)
	if split, ok := splitKinks(p.graph); ok && err == nil && !f.goal.met(best.fit) {
		p.graph = split
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
	return &fitResult{best.graph, best.fit, f.box, f.graph, f.lines(best)}, nil
}

// Way is how to replace all functions alike, without a search.
type Way struct {
	Degree     int
	Shared     bool // one polynomial for all elements of a layer
	Compensate bool
	Distill    bool
}

// inOneWay fits on samples in a given way, whatever comes of it.
func inOneWay(ctx context.Context, p problem, samples [][]float64, box plan.Box, way Way) (*fitResult, error) {
	f := newFitter(p, usedSamples(p.graph, samples), len(samples), box)
	forms := slices.Repeat(polynomials(way.Degree), len(f.funcs))
	var best *candidate
	for _, w := range widenings {
		c, err := f.try(ctx, choice{forms, way.Compensate, w, way.Shared})
		if err != nil {
			return nil, err
		}
		if best == nil || f.goal.better(c.fit, best.fit) {
			best = c
		}
		if best.fit.tame() {
			break
		}
	}
	if way.Distill {
		var err error
		if best, err = f.distill(ctx, best); err != nil {
			return nil, err
		}
	}
	return &fitResult{best.graph, best.fit, f.box, f.graph, f.lines(best)}, nil
}

// usedSamples is as many samples as there is room for.
func usedSamples(g *tensor.Graph, samples [][]float64) [][]float64 {
	width := 0
	for _, n := range g.Nodes {
		width += n.Size()
	}
	return samples[:min(len(samples), maxSamples, max(maxValues/width, 2*holdOut))]
}

func newFitter(p problem, samples [][]float64, all int, box plan.Box) *fitter {
	f := &fitter{problem: p, samples: all, box: box, exact: batch{}, fixed: map[*tensor.Node]bool{}}
	var in values
	in, f.train = splitSamples(samples)
	f.ladders = laddersOf(p.graph, p.degrees).enoughSamples(f.train, p.targets.fewSamples(all))
	for _, n := range p.graph.Nodes {
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
		f.exact[n] = eval(n, f.exact.of(n.In))
	}
	f.outputs, f.classes = f.release.answers(f.exact[p.graph.Outputs[0].Node])
	f.felt = f.sensitivities()
	f.goal = newGoal(p.targets, p.release.epilogue, slices.Max(f.outputs.data)-slices.Min(f.outputs.data))
	return f
}

// splitSamples puts the samples that are fitted on first, and says how many they are.
func splitSamples(samples [][]float64) (values, int) {
	in, train := values{cols: len(samples[0])}, 0
	for s, x := range samples {
		if s%holdOut != 0 {
			in.data = append(in.data, x...)
			train++
		}
	}
	for s := 0; s < len(samples); s += holdOut {
		in.data = append(in.data, samples[s]...)
	}
	return in, train
}

// choice says how to replace the functions.
type choice struct {
	forms  []form  // of each function, in order
	refit  bool    // compensate in the maps behind them
	widen  float64 // see reach
	shared bool    // one polynomial for all elements of a layer
}

// candidate is a polynomial network and how good it is.
type candidate struct {
	choice
	graph  *tensor.Graph
	values batch
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
func (f *fitter) replace(ctx context.Context, c choice) (*tensor.Graph, batch, []*tensor.Node, error) {
	r := newRewriter(f.graph, tensor.Lowering)
	got := batch{}
	forms := c.forms
	var made []*tensor.Node
	for _, n := range f.graph.Nodes {
		if f.fixed[n] {
			got[r.keep(n)] = f.exact[n]
			continue
		}
		in := got.of(r.operands(n))
		op := n.Op
		switch old := n.Op.(type) {
		case tensor.Func:
			if forms[0].kinks != nil {
				if err := f.straighten(r, n, forms[0], c.widen, got); err != nil {
					return nil, nil, nil, err
				}
				forms, made = forms[1:], append(made, r.to[n])
				continue
			}
			p, err := fitLayer(ctx, n, old, forms[0].degree, c, f.leave(forms[0].degree), in[0].slice(0, f.train), f.weights(n, c))
			if err != nil {
				return nil, nil, nil, err
			}
			op, forms = p, forms[1:]
		case tensor.Affine:
			if c.refit {
				op = refit(old, f.training(in), f.exact[n].slice(0, f.train))
			}
			if err := ctx.Err(); err != nil {
				return nil, nil, nil, err
			}
		}
		at := r.out.MustAdd(n.Pos, op, r.operands(n)...)
		r.to[n], got[at] = at, eval(at, in)
		if _, ok := n.Op.(tensor.Func); ok {
			made = append(made, at)
		}
	}
	return r.finish(), got, made, nil
}

// straighten puts polynomials at the kinks of a Func, with intervals as fitLayer sets them.
func (f *fitter) straighten(r *rewriter, n *tensor.Node, as form, widen float64, got batch) error {
	x := r.to[n.In[0]]
	l, err := newKinkLayer(n, as.kinks, sampledIntervals(n, widen, f.leave(as.degree), got[x].slice(0, f.train)))
	if err != nil {
		return err
	}
	before := len(r.out.Nodes)
	r.to[n] = l.emit(r.out, n, x)
	for _, at := range r.out.Nodes[before:] {
		got[at] = eval(at, got.of(at.In))
	}
	return nil
}

// weights says how much the samples matter to the fit of a function, if the map behind it does
// not see to that; no values mean that all matter alike.
func (f *fitter) weights(n *tensor.Node, c choice) values {
	if c.refit {
		return values{}
	}
	return f.felt[n]
}

// training is the part of the values that is fitted on.
func (f *fitter) training(in []values) []values {
	out := make([]values, len(in))
	for k, v := range in {
		out[k] = v.slice(0, f.train)
	}
	return out
}

// held is the part of the values that judges.
func (f *fitter) held(v values) values { return v.slice(f.train, v.rows()) }

// judge compares a polynomial network with the exact one on the held-out samples. An error on a sample that was fitted on
// counts too where it is larger than any of theirs.
func (f *fitter) judge(c choice, g *tensor.Graph, got batch) Fit {
	degrees := degreesOf(c.forms)
	fit := Fit{Degree: slices.Max(degrees), Degrees: degrees, Compensated: c.refit}
	f.judgeArguments(&fit, g, got)
	y, classes := f.release.answers(got[g.Outputs[0].Node])
	errors := make([]float64, y.rows())
	sum, same := 0.0, 0
	for s := range errors {
		want, held := f.outputs.row(s), s >= f.train
		for i, w := range want {
			e := y.row(s)[i] - w
			if errors[s] = max(errors[s], math.Abs(e)); held {
				sum += e * e
			}
		}
		agree := slices.Equal(classes.row(s), f.classes.row(s))
		if classes.cols == 0 {
			agree = tensor.Largest(y.row(s)) == tensor.Largest(want)
		}
		if held && agree {
			same++
		}
	}
	fit.HeldOut = len(errors) - f.train
	fit.Samples = f.samples
	fit.Error = min(predictedError(errors[f.train:], slices.Max(errors)), f.release.judgedWidth())
	fit.Likely = fit.Error
	fit.RMS = math.Sqrt(sum / float64(fit.HeldOut*y.cols))
	fit.Agreement = float64(same) / float64(fit.HeldOut)
	fit.PredictedAgreement = predictedAgreement(same, fit.HeldOut)
	return fit
}

// judgeArguments looks how far arguments of polynomials leave their intervals.
func (f *fitter) judgeArguments(fit *Fit, g *tensor.Graph, got batch) {
	for _, n := range g.Nodes {
		p, ok := n.Op.(tensor.Poly)
		if !ok {
			continue
		}
		far := 0.0
		for x := f.held(got[n.In[0]]); x.rows() > 0; x = x.slice(1, x.rows()) {
			for i, v := range x.row(0) {
				far = max(far, math.Abs(p.Unit(p.At(i), v)))
			}
		}
		fit.LargestT, fit.growth = max(fit.LargestT, far), max(fit.growth, chebyshevGrowth(p.Degree(), far))
	}
}
