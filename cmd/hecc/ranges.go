package main

import (
	"fmt"
	"slices"
	"strings"

	"hecc/ir/plan"
	"hecc/ir/tensor"
	codec "hecc/runtime/client"
)

// layerRange says how near the arguments of one nonlinearity came to the ends of its intervals.
type layerRange struct {
	layerFit
	LargestT float64 `json:"largest_t"` // 1 is the end of an interval
	Outside  float64 `json:"outside"`   // share of samples with an argument outside its interval
	outside  int     // how many
	samples  int
}

// layerFit is what a plan says of one nonlinearity.
type layerFit struct {
	Of     string  `json:"of"`
	Source string  `json:"source"`
	Degree int     `json:"degree"`
	Exact  bool    `json:"exact"` // right outside its intervals too
	Lo     float64 `json:"lo"`    // of all elements' intervals
	Hi     float64 `json:"hi"`
	Err    float64 `json:"err"` // largest error inside
}

func layerFits(p *plan.Plan) []layerFit {
	out := []layerFit{}
	for i := range p.Fit.Activations {
		a := &p.Fit.Activations[i]
		out = append(out, layerFit{Of: a.Of, Source: sourceOf(p.Polynomial.Nodes[a.Node].Pos), Degree: a.Degree, Exact: a.Exact(),
			Lo: slices.Min(a.Lo), Hi: slices.Max(a.Hi), Err: slices.Max(a.Err)})
	}
	return out
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
	e := tensor.NewEvaluator(p.Polynomial)
	for _, x := range samples {
		encoded, err := c.Encode(x)
		if err != nil {
			return nil, err
		}
		v, err := e.Run(encoded)
		if err != nil {
			return nil, err
		}
		for k := range out {
			t := p.Fit.Activations[k].LargestT(p.Polynomial, v)
			if !(t <= out[k].LargestT) {
				out[k].LargestT = t
			}
			if !(t <= 1) {
				out[k].outside++
			}
		}
	}
	for k := range out {
		out[k].samples = len(samples)
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

// rangeText is a line for each nonlinearity.
func rangeText(ranges []layerRange) string {
	var b strings.Builder
	for k, r := range ranges {
		name := ""
		if k == 0 {
			name = "ranges"
		}
		fmt.Fprintf(&b, " %-10s %s of %s: arguments up to %.2f of their intervals,\n %-10s %s of %d samples outside", name, r.Of, r.Source, r.LargestT, "", countText(r.outside), r.samples)
		if r.Outside > 0 && !r.Exact {
			b.WriteString(": there the polynomials\n            stand for nothing; calibrate with data like these")
		}
		b.WriteString("\n")
	}
	return b.String()
}
