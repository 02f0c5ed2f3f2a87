package passes

import (
	"math"
	"slices"

	"hecc/ir/diag"
	"hecc/ir/tensor"
)

// Fitting on calibration samples: each element of a layer gets its own interval and
// polynomial, by least squares on the values that the polynomial network itself produces.

const (
	maxSamples = 8192    // more hardly change a fit
	maxValues  = 1 << 25 // of all nodes on all samples: a quarter of a gigabyte
	holdOut    = 4       // one sample in so many judges the fit and is not fitted on
)

// fitter fits polynomials to the functions of a graph.
type fitter struct {
	*compilation
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

func (c *compilation) fitSamples() error {
	samples := c.fittedSamples()
	if len(samples) < 2*holdOut {
		return diag.Errorf(diag.Pos{File: c.graph.File}, "%d calibration samples are too few to fit polynomials", len(samples)).
			Note("give at least %d, better some thousands", 2*holdOut)
	}
	f := newFitter(c, samples)
	best, err := f.search()
	if split, ok := splitKinks(c.graph); ok && err == nil && !f.goal.met(best.fit) {
		c.graph = split
		f = newFitter(c, samples)
		best, err = f.search()
	}
	if err == nil && !f.goal.met(best.fit) {
		err = f.outOfReach(best)
	}
	if err != nil {
		return err
	}
	c.graph, c.fit = best.graph, best.fit
	return nil
}

// fittedSamples is as many calibration samples as there is room for.
func (c *compilation) fittedSamples() [][]float64 {
	width := 0
	for _, n := range c.graph.Nodes {
		width += n.Size()
	}
	return c.opts.Calibration[:min(len(c.opts.Calibration), maxSamples, max(maxValues/width, 2*holdOut))]
}

func newFitter(c *compilation, samples [][]float64) *fitter {
	f := &fitter{compilation: c, exact: batch{}, fixed: map[*tensor.Node]bool{}}
	var in values
	in, f.train = splitSamples(samples)
	f.ladders = laddersOf(c.graph).enoughSamples(f.train)
	for _, n := range c.graph.Nodes {
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
	f.outputs, f.classes = f.answers(f.exact[c.graph.Outputs[0].Node])
	f.felt = f.sensitivities()
	f.goal = c.goal(slices.Max(f.outputs.data) - slices.Min(f.outputs.data))
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

// answers are what the epilogue makes of decrypted values: its judged output, and all outputs that come in steps.
func (c *compilation) answers(decrypted values) (judged, classes values) {
	at, steps := c.epilogue.Judged(), c.epilogue.Classes()
	judged, classes = newValues(decrypted.rows(), at.Size()), newValues(decrypted.rows(), 0)
	for _, n := range steps {
		classes.cols += n.Size()
	}
	classes = newValues(decrypted.rows(), classes.cols)
	_ = eachSample(judged.rows(), func(next func() (int, bool)) error {
		e := tensor.NewEvaluator(c.epilogue)
		for s, ok := next(); ok; s, ok = next() {
			v := run(e, decrypted.row(s))
			copy(judged.row(s), v.Of(at))
			to := classes.row(s)
			for _, n := range steps {
				to = to[copy(to, v.Of(n)):]
			}
		}
		return nil
	})
	return judged, classes
}

// choice says how to replace the functions.
type choice struct {
	forms []form  // of each function, in order
	refit bool    // compensate in the maps behind them
	widen float64 // see reach
}

// candidate is a polynomial network and how good it is.
type candidate struct {
	choice
	graph  *tensor.Graph
	values batch
	fit    Fit
}

// try fits polynomials and judges them.
func (f *fitter) try(c choice) (*candidate, error) {
	graph, got, err := f.replace(c)
	if err != nil {
		return nil, err
	}
	return &candidate{c, graph, got, f.judge(c, graph, got)}, nil
}

// replace makes polynomials of every Func, layer after layer, and returns the new graph with
// its values on every sample.
func (f *fitter) replace(c choice) (*tensor.Graph, batch, error) {
	r := newRewriter(f.graph, tensor.Lowering)
	got := batch{}
	forms := c.forms
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
					return nil, nil, err
				}
				forms = forms[1:]
				continue
			}
			p, err := fitLayer(n, old, forms[0].degree, c.widen, f.leave(forms[0].degree), in[0].slice(0, f.train), f.weights(n, c))
			if err != nil {
				return nil, nil, err
			}
			op, forms = p, forms[1:]
		case tensor.Affine:
			if c.refit {
				op = refit(old, f.training(in), f.exact[n].slice(0, f.train))
			}
		}
		at := r.out.MustAdd(n.Pos, op, r.operands(n)...)
		r.to[n], got[at] = at, eval(at, in)
	}
	return r.finish(), got, nil
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
	y, classes := f.answers(got[g.Outputs[0].Node])
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
	fit.Error = min(predictedError(errors[f.train:], slices.Max(errors)), f.judgedWidth())
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
