package fit

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"hecc/ir/plan"
	"hecc/passes/internal/sampled"
	"hecc/passes/tails"
)

// The client accepts inputs beyond the range of the samples, up to the ends of the box. No polynomial was
// fitted there, and held-out samples do not show the errors. Therefore the outermost samples are moved
// outwards as probes. Where a probe's error is much larger than predicted, the box is narrowed; elsewhere the
// prediction is raised to cover it.

const (
	probeSteps    = 8    // steps from the outermost sample to the end of the box
	maxErrorRatio = 2    // over the predicted error: probes with larger errors narrow the box
	maxProbes     = 8192 // probes of the ends of the box
	probeWork     = 4e10 // products that they may take on each network: seconds; large networks have fewer probes
	scaledSamples = 64   // samples that are scaled as a whole, away from the mean
)

// probe is a sample with one element moved.
type probe struct {
	row, element int
	to           float64
}

// probeErrors are the errors of the judged outputs of a candidate on probes.
func (f *fitter) probeErrors(c *candidate, probes []probe) []float64 {
	x := sampled.NewMatrix(len(probes), f.Graph.Input().Size())
	for k, p := range probes {
		copy(x.Row(k), f.exact[f.Graph.Input()].Row(p.row))
		x.Row(k)[p.element] = p.to
	}
	return f.inputErrors(c, x)
}

// inputErrors are the errors of the judged outputs of a candidate on inputs; infinite where an output is not
// finite.
func (f *fitter) inputErrors(c *candidate, x sampled.Matrix) []float64 {
	if x.Rows() == 0 {
		return nil
	}
	var out []float64
	atOnce := max(1, maxValues/max(sampled.OutputWidth(f.Graph), sampled.OutputWidth(c.graph)))
	for from := 0; from < x.Rows(); from += atOnce {
		part := x.Slice(from, min(from+atOnce, x.Rows()))
		want, _ := f.Release.Answers(sampled.Output(f.Graph, part))
		got, _ := f.Release.Answers(sampled.Output(c.graph, part))
		for s := range part.Rows() {
			out = append(out, sampled.MaxAbsDiff(got.Row(s), want.Row(s)))
		}
	}
	return out
}

// probes is how many probes the network allows.
func (f *fitter) probes() int {
	return min(maxProbes, max(probeWork/max(f.weightCount, 1), probeSteps))
}

// extremeRows are the rows in which each element is lowest and highest.
func extremeRows(v sampled.Matrix) (lowest, highest []int) {
	lowest, highest = make([]int, v.Cols), make([]int, v.Cols)
	for s := range v.Rows() {
		for i, x := range v.Row(s) {
			if x < v.Row(lowest[i])[i] {
				lowest[i] = s
			}
			if x > v.Row(highest[i])[i] {
				highest[i] = s
			}
		}
	}
	return lowest, highest
}

// boxFace is one end of the box for one element; from is where the outermost sample lies, to the end of the
// box.
type boxFace struct {
	row, element int
	from, to     float64
}

// boxFaces lists the ends of the box. If the elements are too many, a regular subset is taken.
func (f *fitter) boxFaces(atMost int) []boxFace {
	x := f.exact[f.Graph.Input()]
	lowest, highest := extremeRows(x)
	var out []boxFace
	step := (2*x.Cols + atMost - 1) / atMost
	for i := 0; i < x.Cols; i += step {
		out = append(out, boxFace{lowest[i], i, x.Row(lowest[i])[i], f.box.Lo[i]}, boxFace{highest[i], i, x.Row(highest[i])[i], f.box.Hi[i]})
	}
	return out
}

// probeAt moves the outermost sample by so many steps towards the face.
func (s boxFace) probeAt(steps int) probe {
	return probe{s.row, s.element, s.from + float64(steps)/probeSteps*(s.to-s.from)}
}

// narrowBox moves the ends of the box inwards to where a candidate's error is within what the held-out
// samples predict, and raises the predicted error to the largest error found inside.
func (f *fitter) narrowBox(c *candidate) {
	allowed := f.allowedError(c.fit)
	faces := f.boxFaces(f.probes() / probeSteps)
	var probes []probe
	for _, s := range faces {
		for k := range probeSteps {
			probes = append(probes, s.probeAt(k+1))
		}
	}
	errors := f.probeErrors(c, probes)
	for k, s := range faces {
		own := errors[k*probeSteps : (k+1)*probeSteps]
		steps := 0
		for steps < probeSteps && own[steps] <= allowed {
			c.fit.Error = max(c.fit.Error, own[steps])
			steps++
		}
		switch end := s.probeAt(steps).to; {
		case steps == probeSteps:
		case s.to < s.from:
			f.box.Lo[s.element] = end
		default:
			f.box.Hi[s.element] = end
		}
	}
	f.coverEnds(c, allowed)
	f.coverScaledSamples(c, allowed)
}

// coverEnds moves the samples with the largest errors to the ends of the narrowed box, one element at a time,
// and raises the predicted error to the errors found there, up to what is allowed.
func (f *fitter) coverEnds(c *candidate, allowed float64) {
	errors := f.inputErrors(c, f.exact[f.Graph.Input()])
	faces := f.boxFaces(f.probes() / probeSteps)
	var probes []probe
	for _, row := range tails.DescendingOrder(errors)[:min(f.probes()/2/len(faces), len(errors))] {
		for _, s := range faces {
			probes = append(probes, probe{row, s.element, s.to})
		}
	}
	for _, e := range f.probeErrors(c, probes) {
		if e <= allowed {
			c.fit.Error = max(c.fit.Error, e)
		}
	}
}

// allowedError is the largest error of a probe that the prediction is raised to.
func (f *fitter) allowedError(fit Fit) float64 {
	return max(fit.Error, min(maxErrorRatio*fit.Error, f.goal.maxError))
}

// coverScaledSamples scales the samples that lie furthest from the mean as a whole, up to the box and to a
// distance that few unseen samples exceed. It raises the predicted error to the errors found there, up to
// what is allowed.
func (f *fitter) coverScaledSamples(c *candidate, allowed float64) {
	x := f.exact[f.Graph.Input()]
	middle, deviation := moments(x)
	radii := make([]float64, x.Rows())
	for s := range radii {
		for i, v := range x.Row(s) {
			if deviation[i] > 0 {
				z := (v - middle[i]) / deviation[i]
				radii[s] += z * z
			}
		}
		radii[s] = math.Sqrt(radii[s])
	}
	order := tails.DescendingOrder(radii)
	ascending := slices.Sorted(slices.Values(radii))
	far := max(tails.TailQuantile(ascending, tails.IntervalExceedance), radii[order[0]])
	var scaled [][]float64
	for _, s := range order[:min(scaledSamples, len(order))] {
		if radii[s] > 0 {
			scaled = append(scaled, scaledBy(x.Row(s), middle, f.box, far/radii[s]))
		}
	}
	if len(scaled) == 0 {
		return
	}
	for _, e := range f.inputErrors(c, sampled.Stack(scaled)) {
		if e <= allowed {
			c.fit.Error = max(c.fit.Error, e)
		}
	}
}

// scaledBy scales a sample's distance from the mean by a factor, without leaving the box.
func scaledBy(x, middle []float64, box plan.Box, factor float64) []float64 {
	for i, v := range x {
		switch d := v - middle[i]; {
		case d > 0:
			factor = min(factor, (box.Hi[i]-middle[i])/d)
		case d < 0:
			factor = min(factor, (box.Lo[i]-middle[i])/d)
		}
	}
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = min(max(middle[i]+factor*(v-middle[i]), box.Lo[i]), box.Hi[i])
	}
	return out
}

// moments are the means and standard deviations of columns.
func moments(x sampled.Matrix) (mean, deviation []float64) {
	mean, deviation = make([]float64, x.Cols), make([]float64, x.Cols)
	for i := range mean {
		mean[i], deviation[i] = stat.PopMeanStdDev(x.Column(i), nil)
	}
	return mean, deviation
}
