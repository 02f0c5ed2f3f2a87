package fit

import (
	"context"
	"slices"

	"hecc/ir/plan"
)

// UniformSettings say how to replace all functions alike, without a search.
type UniformSettings struct {
	Degree  int
	Shared  bool // one polynomial for all elements of a layer
	Refit   bool
	Distill bool
}

// OnSamplesUniformly fits on samples with given settings, whatever the error. Experiments use it.
func OnSamplesUniformly(ctx context.Context, p Problem, samples [][]float64, box plan.Box, s UniformSettings) (*Result, error) {
	f, err := newFitter(ctx, p, usedSamples(p.Graph, samples), len(samples), box)
	if err != nil {
		return nil, err
	}
	approximations := slices.Repeat(singlePolynomials(s.Degree), len(f.funcs))
	var best *candidate
	for _, margin := range intervalMargins {
		c, err := f.try(ctx, settings{approximations, s.Refit, margin, s.Shared})
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
	if err := f.whole(ctx, best); err != nil {
		return nil, err
	}
	if s.Distill {
		var err error
		if best, err = f.distill(ctx, best); err != nil {
			return nil, err
		}
	}
	return &Result{best.graph, best.fit, f.box, f.Graph, f.affineFuncs(best), f.jury(best)}, nil
}
