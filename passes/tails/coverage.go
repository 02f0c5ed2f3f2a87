package tails

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"hecc/passes/bounds"
)

// leastWidth of an interval is relative to its ends: closer numbers are one in float32.
const relativeResolution = 0x1p-23

// Narrowest is the least width worth telling apart of an interval between numbers of this size.
func MinWidth(lo, hi float64) float64 {
	size := max(math.Abs(lo), math.Abs(hi))
	if size == 0 {
		return relativeResolution
	}
	return relativeResolution * size
}

// How far unseen arguments reach beyond those of the samples. Outside its interval a polynomial of high degree explodes,
// so hardly any sample may have a single element there. One of low degree only gets less exact, and more exact inside
// if its interval is narrow.

const (
	IntervalExceedance    = 1e-4 // share of unseen samples that may leave an interval anywhere in the network
	LowIntervalExceedance = 1e-2 // the same for polynomials of low degree
	LowDegree             = 4
	minRelativeSpread     = 0.3 // least width of an interval, and least deviation, relative to the layer's median
)

// LeastMargin is the least share of its width that an interval is widened by on each side.
const MinMargin = 0.15

// PerElement is a share of samples as the probability of each of so many elements, on each side.
func PerElement(share float64, elements int) float64 { return share / float64(2*elements) }

// Cover covers the range of each column, widened by a share of its width on each side, a larger one where samples are
// few, and what unseen values hardly leave: each does so with a probability of leave. An element that hardly varies gets
// a share of what is usual in its layer, since unseen samples may vary more.
func Cover(cols [][]float64, margin, exceedance float64) bounds.Interval {
	out := bounds.Interval{Lo: make([]float64, len(cols)), Hi: make([]float64, len(cols))}
	widths, means, deviations := make([]float64, len(cols)), make([]float64, len(cols)), make([]float64, len(cols))
	for i, xs := range cols {
		out.Lo[i], out.Hi[i] = slices.Min(xs), slices.Max(xs)
		widths[i] = out.Hi[i] - out.Lo[i]
		means[i], deviations[i] = stat.PopMeanStdDev(xs, nil)
	}
	margin = max(margin, 1/math.Sqrt(float64(len(cols[0]))))
	least := max(minRelativeSpread*Median(widths), MinWidth(slices.Min(out.Lo), slices.Max(out.Hi)))
	usual := Median(deviations)
	for i := range deviations {
		deviations[i] = max(deviations[i], minRelativeSpread*usual)
	}
	below, above := coverage(exceedance, cols, means, deviations)
	for i, w := range widths {
		pad := margin*w + max(0, least-w)/2
		out.Lo[i] = min(out.Lo[i]-pad, means[i]-below*deviations[i])
		out.Hi[i] = max(out.Hi[i]+pad, means[i]+above*deviations[i])
	}
	return out
}

// coverage is how many standard deviations below and above their mean values of a layer go, but for a share of leave on each
// side: its elements are taken to have tails alike, which all of their samples tell together.
func coverage(exceedance float64, cols [][]float64, means, deviations []float64) (below, above float64) {
	var z []float64
	for i, xs := range cols {
		for _, x := range xs {
			if deviations[i] > 0 {
				z = append(z, (x-means[i])/deviations[i])
			}
		}
	}
	slices.Sort(z)
	above = TailQuantile(z, exceedance)
	slices.Reverse(z)
	for i := range z {
		z[i] = -z[i]
	}
	few := 1 + 1/math.Sqrt(float64(len(cols[0]))) // the deviations are those of so few
	return few * TailQuantile(z, exceedance), few * above
}

// FarQuantile is what a share of p exceeds, from ascending samples: a Weibull tail behind the largest √n, whose
// coefficient (Gardes and Girard, Comparison of Weibull tail-coefficient estimators, REVSTAT 4, 2006) is raised by a standard
// error. It is ½ for a Gaussian tail and 1 for an exponential one.
func TailQuantile(z []float64, p float64) float64 {
	n := len(z)
	k := int(math.Ceil(math.Sqrt(float64(n))))
	if n <= k || !(z[n-1-k] > 0) {
		return 0
	}
	threshold, logs, steps := z[n-1-k], 0.0, 0.0
	rank := func(i int) float64 { return math.Log(math.Log(float64(n+1) / float64(i))) }
	for i := 1; i <= k; i++ {
		logs += math.Log(z[n-i] / threshold)
		steps += rank(i) - rank(k+1)
	}
	coefficient := logs / steps * (1 + 1/math.Sqrt(float64(k)))
	return threshold * math.Pow(math.Log(1/p)/math.Log(float64(n+1)/float64(k+1)), coefficient)
}
