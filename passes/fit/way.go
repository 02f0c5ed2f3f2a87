package fit

import (
	"context"
	"slices"

	"hecc/ir/plan"
)

// Way is how to replace all functions alike, without a search.
type Way struct {
	Degree     int
	Shared     bool // one polynomial for all elements of a layer
	Compensate bool
	Distill    bool
}

// InOneWay fits on samples in a given way, whatever comes of it.
func InOneWay(ctx context.Context, p Problem, samples [][]float64, box plan.Box, way Way) (*Result, error) {
	f, err := newFitter(ctx, p, usedSamples(p.Graph, samples), len(samples), box)
	if err != nil {
		return nil, err
	}
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
