package passes

import (
	"math"
	"slices"

	"hecc/ir/diag"
	"hecc/ir/plan"
	"hecc/ir/span"
	"hecc/ir/tensor"
	"hecc/passes/internal/sampled"
	"hecc/passes/labels"
)

// checkInput checks the graph and the options.
func (c *compilation) checkInput() error {
	if err := c.imported.Verify(); err != nil {
		return err
	}
	return c.checkOptions()
}

func (c *compilation) checkOptions() error {
	at := diag.Pos{File: c.imported.File}
	if err := plan.CheckGraph(c.imported); err != nil {
		return diag.At(at, "the model is too large: %v", err).Cure("make its inputs or layers smaller: hecc is for models whose samples fit a few ciphertexts")
	}
	n := c.imported.Input().Size()
	switch c.opts.Security {
	case 128, 192, 256:
	default:
		return diag.At(at, "no security table for %d bits", c.opts.Security).Cure("give 128, 192 or 256")
	}
	if q := c.opts.ShareResults; q < 0 || q > plan.MaxQueries {
		return diag.At(at, "cannot protect %d shared results", q).Cure("give a number from 1 to %d, or 0 for results that are not shared", plan.MaxQueries)
	}
	for i, x := range c.opts.Calibration {
		if len(x) != n {
			return diag.At(at, "calibration sample %d has %d elements, the model takes %d", i, len(x), n).Cure("give samples of as many elements as the model takes")
		}
	}
	if b := c.opts.InputRange; b != nil {
		if len(b.Lo) != n || len(b.Hi) != n {
			return diag.At(at, "input range of %d and %d elements, the model takes %d", len(b.Lo), len(b.Hi), n).Cure("give a lower and an upper bound for each element")
		}
		for j, lo := range b.Lo {
			if hi := b.Hi[j]; !(lo <= hi) || math.IsInf(lo, 0) || math.IsInf(hi, 0) {
				return diag.At(at, "input range [%v, %v] at element %d", lo, hi, j).Cure("give finite bounds, the lower one first")
			}
		}
	}
	if e, a := c.opts.TargetError, c.opts.TargetAgreement; !(e >= 0 && a >= 0 && a <= 1) || math.IsInf(e, 1) {
		return diag.At(at, "target out of range: error %v, agreement %v", c.opts.TargetError, c.opts.TargetAgreement).
			Cure("give a finite error of 0 or more, and an agreement from 0 to 1; 0 leaves them to hecc")
	}
	var err error
	c.truth, err = labels.New(c.imported, c.opts.Labels, c.opts.Values, c.opts.Calibration)
	return err
}

// maxMagnitude bounds the values of a model: larger numbers do not fit into float32, and their products soon
// overflow float64.
const maxMagnitude = math.MaxFloat32

// checkMagnitudes refuses a model whose values are too large on the samples.
func checkMagnitudes(g *tensor.Graph, samples [][]float64, where string) error {
	got := sampled.Run(g, sampled.Matrix{Cols: g.Input().Size(), Data: slices.Concat(samples...)})
	for _, n := range g.Nodes {
		if most, ok := largestDefined(n, got); !ok {
			return valuesTooLarge(n.Pos, most, where)
		}
	}
	return nil
}

// largestDefined is the largest absolute value of a node, and whether it is within maxMagnitude. Arguments
// outside a function's domain do not count: the fit reports these.
func largestDefined(n *tensor.Node, got sampled.Values) (largest float64, ok bool) {
	undefined := slices.ContainsFunc(n.In, func(a *tensor.Node) bool { return slices.ContainsFunc(got[a].Data, isNotFinite) })
	fn, isFunc := n.Op.(tensor.Func)
	for i, y := range got[n].Data {
		switch {
		case math.IsNaN(y), undefined && math.IsInf(y, 0):
			continue
		case isFunc && math.IsInf(y, 0):
			if x := got[n.In[0]].Data[i]; !fn.Scalar(i % n.Size()).InDomain(x) {
				continue
			}
		}
		largest = max(largest, math.Abs(y))
	}
	return largest, largest <= maxMagnitude
}

func valuesTooLarge(at diag.Pos, most float64, where string) error {
	return diag.At(at, "values reach %.3g %s: they are too large to compute with", most, where).
		Cure("divide the inputs or the weights by a constant, so that values stay below %.3g", maxMagnitude)
}

func isNotFinite(x float64) bool { return !span.Finite(x) }
