package main

import (
	"fmt"
	"slices"

	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/runtime/codec"
)

// layerRange says how near the arguments of one function came to the ends of its intervals.
type layerRange struct {
	layerFit
	LargestT float64 `json:"largest_t"` // 1 is the end of an interval
	Outside  float64 `json:"outside"`   // share of samples with an argument outside its interval
	outside  int     // how many
	samples  int
}

// layerFit is what a plan says of one function.
type layerFit struct {
	Of     string  `json:"of"`     // the function; x·x and x·y are products, which are exact
	Source string  `json:"source"` // the node of its argument
	Degree int     `json:"degree"` // of its polynomials
	Exact  bool    `json:"exact"`  // exact outside its intervals too
	Lo     float64 `json:"lo"`     // of all elements' intervals
	Hi     float64 `json:"hi"`     // of all elements' intervals
	Err    float64 `json:"err"`    // largest error inside
}

func layerFits(p *plan.Plan) []layerFit {
	out := []layerFit{}
	for _, l := range watched(p) {
		a := l.activation
		out = append(out, layerFit{Of: a.Of, Source: valueName(l.graph.Nodes[a.Node]), Degree: a.Degree, Exact: a.Exact(),
			Lo: slices.Min(a.Lo), Hi: slices.Max(a.Hi), Err: slices.Max(a.Err)})
	}
	return out
}

// watchedLayer is a function and the graph that has its arguments.
type watchedLayer struct {
	activation *plan.Activation
	graph      *tensor.Graph
}

// watched lists the functions of a plan, those that became affine last.
func watched(p *plan.Plan) []watchedLayer {
	var out []watchedLayer
	for k := range p.Fit.Activations {
		out = append(out, watchedLayer{&p.Fit.Activations[k], p.Polynomial})
	}
	for k := range p.Fit.Lines {
		out = append(out, watchedLayer{&p.Fit.Lines[k], p.Imported})
	}
	return out
}

// valueName says which node of the model a value is of.
func valueName(n *tensor.Node) string {
	if in, ok := n.Op.(tensor.Input); ok {
		return in.Label
	}
	return sourceOf(n.Pos)
}

// promises says what samples that nothing was fitted on guarantee of unseen ones, line by line; nothing if no
// prediction came from samples.
func promises(p *plan.Plan) []string {
	n, a := p.Fit.HeldOut, knownAgreement(p)
	var lines []string
	switch {
	case n > 0:
		lines = []string{
			fmt.Sprintf("from %d held-out samples, with %.0f %% confidence: of unseen samples like these", n, 100*plan.Confidence),
			fmt.Sprintf("at most %.2g %% are further off than predicted", 100*plan.Exceeding(n)),
		}
	case a != nil:
		lines = []string{fmt.Sprintf("from %d samples, with %.0f %% confidence: of unseen samples like these", p.Fit.Samples, 100*plan.Confidence)}
	}
	if a != nil {
		lines = append(lines, fmt.Sprintf("at least %.1f %% keep the argmax that they have in clear", 100**a))
	}
	return lines
}

// measureRanges evaluates the polynomial graph in clear on samples.
func measureRanges(p *plan.Plan, samples [][]float64) ([]layerRange, error) {
	out := []layerRange{}
	for _, l := range layerFits(p) {
		out = append(out, layerRange{layerFit: l})
	}
	c, err := codec.NewCodec(&p.Interface)
	if err != nil {
		return nil, err
	}
	polynomial, imported, layers := tensor.NewEvaluator(p.Polynomial), tensor.NewEvaluator(p.Imported), watched(p)
	for _, x := range samples {
		encoded, err := c.Encode(x)
		if err != nil {
			return nil, err
		}
		v, err := polynomial.Run(encoded)
		if err != nil {
			return nil, err
		}
		var w tensor.Values
		if len(p.Fit.Lines) > 0 {
			if w, err = imported.Run(x); err != nil {
				return nil, err
			}
		}
		for k := range out {
			at := v
			if layers[k].graph == p.Imported {
				at = w
			}
			t := layers[k].activation.LargestT(layers[k].graph, at)
			if !(t <= out[k].LargestT) {
				out[k].LargestT = t
			}
			if !(t <= 1) {
				out[k].outside++
			}
		}
	}
	for k := range out {
		out[k].samples, out[k].LargestT = len(samples), finite(out[k].LargestT)
		out[k].Outside = float64(out[k].outside) / float64(len(samples))
	}
	return out, nil
}

// countText spares the reader a 0 that might be rounded.
func countText(n int) string {
	if n == 0 {
		return "none"
	}
	return fmt.Sprint(n)
}

// text says how near the arguments of a nonlinearity came to the ends of their intervals.
func (r *layerRange) text() string {
	text := fmt.Sprintf("%s of %s: arguments up to %s of their intervals, %s of %d samples outside", r.Of, r.Source, timesText(r.LargestT), countText(r.outside), r.samples)
	if r.Outside > 0 && !r.Exact {
		text += ": there the polynomials stand for nothing; calibrate with data like these"
	}
	return text
}

func timesText(x float64) string {
	if x < 1000 {
		return fmt.Sprintf("%.2f", x)
	}
	return fmt.Sprintf("%.1e", x)
}
