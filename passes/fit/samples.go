package fit

import (
	"context"
	"slices"

	"hecc/ir/diag"
	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/passes/internal/sampled"
	"hecc/passes/labels"
	"hecc/passes/piecewise"
	"hecc/passes/promise"
	"hecc/passes/tails"
	"hecc/passes/windows"
)

// Fitting on calibration samples: each element of a layer gets its own interval and polynomial, by least
// squares on the values that the polynomial network itself produces.

const (
	maxSamples = 8192    // of the calibration data that are used: more hardly change a fit
	maxValues  = 1 << 25 // of all nodes on all samples: 256 MiB
	HoldOut    = 4       // one sample in HoldOut is held out for validation
)

// Problem is a network whose functions polynomials are to replace.
type Problem struct {
	Graph       *tensor.Graph    // at stage lowering
	Release     *promise.Release // what the client makes of its outputs
	Targets     Targets
	Truth       labels.Truth                    // of the samples; used with or without targets
	Security    int                             // bits, for prices
	Degrees     []int                           // of single polynomials to try; nil: all, and approximations at kinks
	KeepWeights bool                            // neither refit maps nor distil
	Neighbours  bool                            // find the next better network too, which may take a few more fits
	Progress    func(done float64, what string) // receives the share that is done, and what is next
}

// Result is a network of polynomials.
type Result struct {
	Graph       *tensor.Graph
	Fit         Fit
	Box         plan.Box      // of accepted inputs: a part of the given one
	Exact       *tensor.Graph // the network that was approximated, with its functions
	AffineFuncs []AffineFunc
	Jury        *promise.Jury // of the held-out samples; nil without any, and where nothing is decided
}

// fitter fits polynomials to the functions of a graph.
type fitter struct {
	Problem
	box         plan.Box
	samples     int            // distinct samples, before any limit
	train       int            // the first so many samples are fitted on, the others are held out
	exact       sampled.Values // every node of the graph, with the exact functions
	outputs     sampled.Matrix // the judged output of the exact model
	classes     sampled.Matrix // its discrete outputs, as labels are
	exactLosses []float64      // of each sample; nil without labels
	sensitivity sampled.Values // of the outputs to each function's values, on the training samples; only if some candidate is not refitted
	goal        goal
	fixed       map[*tensor.Node]bool // nodes that do not depend on a function
	funcs       []tensor.Func         // in order
	schedules   schedules             // approximations to try
	users       [][]*tensor.Node
	ties        map[*tensor.Node]*windows.Tie // of convolutions and the like

	arguments   int   // elements of all functions together
	weightCount int   // entries of all maps
	last        trace // of the last candidate
}

// OnSamples fits polynomials on samples of inputs. The box is narrowed where errors near its ends would be
// large.
func OnSamples(ctx context.Context, p Problem, samples [][]float64, box plan.Box) (*Result, error) {
	used := usedSamples(p.Graph, samples)
	if len(used) < 2*HoldOut {
		return nil, tooFew(p, used)
	}
	f, err := newFitter(ctx, p, used, len(samples), box)
	if err != nil {
		return nil, err
	}
	best, err := f.search(ctx)
	if split, ok := piecewise.Split(p.Graph); ok && err == nil && !f.goal.met(best.fit) {
		p.Graph = split
		if f, err = newFitter(ctx, p, used, len(samples), box); err != nil {
			return nil, err
		}
		best, err = f.search(ctx)
	}
	if err == nil && !f.goal.met(best.fit) && !f.acceptsMissed(best) {
		err = f.goalMissed(best)
	}
	if err != nil {
		return nil, err
	}
	return f.result(ctx, best)
}

// result is what a candidate comes to, in the part of the box where it keeps its prediction.
func (f *fitter) result(ctx context.Context, c *candidate) (*Result, error) {
	if err := f.whole(ctx, c); err != nil {
		return nil, err
	}
	given := f.box
	f.box = plan.Box{Lo: slices.Clone(given.Lo), Hi: slices.Clone(given.Hi)}
	defer func() { f.box = given }()
	c.fit.TargetMissed = !f.goal.met(c.fit)
	f.narrowBox(c)
	var err error
	if c.fit.Shares, err = f.shares(ctx, c); err != nil {
		return nil, err
	}
	return &Result{c.graph, c.fit, f.box, f.Graph, f.affineFuncs(c), f.jury(c)}, nil
}

// jury judges a candidate with noise, on the held-out samples.
func (f *fitter) jury(c *candidate) *promise.Jury {
	inputs := f.heldOut(f.exact[f.Graph.Input()])
	decrypted := sampled.Output(c.graph, inputs)
	return promise.NewJury(f.Release.Epilogue, inputs, f.heldOut(f.exact[f.Graph.Outputs[0].Node]), decrypted)
}

// JuryOfAll judges a graph without functions, on as many samples as are used for fits: none was fitted on.
func JuryOfAll(g, epilogue *tensor.Graph, samples [][]float64) *promise.Jury {
	inputs := sampled.Stack(usedSamples(g, samples))
	decrypted := sampled.Output(g, inputs)
	return promise.NewJury(epilogue, inputs, decrypted, decrypted)
}

func tooFew(p Problem, used [][]float64) error {
	return diag.In(p.Graph.File, "%d different calibration samples are too few to fit polynomials", len(used)).
		Cure("give at least %d, better %d or more; or --input-range lo:hi", 2*HoldOut, EnoughHeldOut*HoldOut)
}

// usedSamples limits the samples to what memory allows.
func usedSamples(g *tensor.Graph, samples [][]float64) [][]float64 {
	return samples[:min(len(samples), maxSamples, max(maxValues/width(g), 2*HoldOut))]
}

// Held is about how many numbers fitting a network on so many samples holds at once: values of all nodes of the exact
// network, of the last candidate and of the next one.
func Held(g *tensor.Graph, samples [][]float64) int {
	return 3 * width(g) * len(usedSamples(g, samples))
}

// width is the number of all values of a sample.
func width(g *tensor.Graph) int {
	total := 0
	for _, n := range g.Nodes {
		total += n.Size()
	}
	return total
}

func newFitter(ctx context.Context, p Problem, samples [][]float64, all int, box plan.Box) (*fitter, error) {
	f := &fitter{Problem: p, samples: all, box: box, exact: sampled.Values{}, fixed: map[*tensor.Node]bool{}}
	in := sampled.Matrix{Cols: len(samples[0])}
	order, train := splitSamples(len(samples))
	for _, s := range order {
		in.Data = append(in.Data, samples[s]...)
	}
	f.train, f.Truth = train, p.Truth.Of(order)
	f.users, f.ties = p.Graph.Users(), findTies(p.Graph)
	f.schedules = schedulesOf(p.Graph, p.Degrees).enoughSamples(f.train, p.Targets.fewSamples(all))
	for _, n := range p.Graph.Nodes {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		switch op := n.Op.(type) {
		case tensor.Input:
			f.exact[n], f.fixed[n] = in, true
			continue
		case tensor.Func:
			f.funcs = append(f.funcs, op)
			f.arguments += n.Size()
		case tensor.Affine:
			for _, m := range op.Maps {
				f.weightCount += len(m.Val)
			}
		}
		if _, ok := n.Op.(tensor.Func); !ok {
			f.fixed[n] = !slices.ContainsFunc(n.In, func(a *tensor.Node) bool { return !f.fixed[a] })
		}
		f.exact[n] = sampled.Eval(n, f.exact.Of(n.In))
	}
	f.outputs, f.classes = f.Release.Answers(f.exact[p.Graph.Outputs[0].Node])
	if f.Truth.Known() {
		f.exactLosses = f.Truth.Losses(f.Release, f.exact[p.Graph.Outputs[0].Node])
	}
	if slices.Contains(f.refitModes(), false) {
		var err error
		if f.sensitivity, err = f.sensitivities(ctx, 0, f.train); err != nil {
			return nil, err
		}
	}
	if f.goal = NewGoal(p.Targets, p.Release.Epilogue); f.ascends() {
		f.goal.deviations = ascentDeviations
	}
	return f, nil
}

// splitSamples orders so many samples, those to fit on first, and gives the number of these.
func splitSamples(samples int) (order []int, train int) {
	for s := range samples {
		if s%HoldOut != 0 {
			order = append(order, s)
		}
	}
	train = len(order)
	for s := 0; s < samples; s += HoldOut {
		order = append(order, s)
	}
	return order, train
}

// training is the part of the values that is fitted on.
func (f *fitter) training(in []sampled.Matrix) []sampled.Matrix {
	out := make([]sampled.Matrix, len(in))
	for k, v := range in {
		out[k] = v.Slice(0, f.train)
	}
	return out
}

// heldOut is the part of the values that is kept for validation.
func (f *fitter) heldOut(v sampled.Matrix) sampled.Matrix { return v.Slice(f.train, v.Rows()) }

// exceedance is the probability with which an argument of a polynomial of degree d may lie beyond one end of
// its interval.
func (f *fitter) exceedance(d int) float64 {
	if d <= tails.LowDegree {
		return tails.PerElement(tails.LowIntervalExceedance, f.arguments)
	}
	return tails.PerElement(tails.IntervalExceedance, f.arguments)
}
