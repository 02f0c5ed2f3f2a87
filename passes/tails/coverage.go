package tails

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"hecc/passes/bounds"
)

// relativeResolution is the least width of an interval relative to its ends: closer numbers are equal in
// float32.
const relativeResolution = 0x1p-23

// MinWidth is the least width of an interval between numbers of this size.
func MinWidth(lo, hi float64) float64 {
	size := max(math.Abs(lo), math.Abs(hi))
	if size == 0 {
		return relativeResolution
	}
	return relativeResolution * size
}

// Intervals must cover unseen arguments, which reach beyond those of the samples. Outside its interval a
// polynomial of high degree grows without bound, so few samples may have any element there. One of low degree
// only becomes less exact, and it is more exact inside if its interval is narrow.

const (
	IntervalExceedance    = 1e-4 // share of unseen samples with an argument outside its interval, anywhere in the network
	LowIntervalExceedance = 1e-2 // the same for polynomials of degree up to LowDegree
	LowDegree             = 4
	minRelativeSpread     = 0.3 // least width of an interval, and least standard deviation, relative to the layer's median
)

// MinMargin is the least margin on each side of an interval, as a share of its width.
const MinMargin = 0.15

// PerElement divides the exceedance probability of a sample among the two sides of its elements.
func PerElement(share float64, elements int) float64 { return share / float64(2*elements) }

// Cover gives intervals that cover the range of each column with a margin on each side, a share of its width
// that is larger where samples are few, and that unseen values exceed on either side with at most the given
// probability. An element that hardly varies gets a share of the width that is typical in its layer, since
// unseen samples may vary more.
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

// coverage is how many standard deviations below and above their means the values of a layer reach, up to the
// exceedance probability on each side. All elements are assumed to have the same shape of tail, which their
// samples together determine.
func coverage(exceedance float64, cols [][]float64, means, deviations []float64) (below, above float64) {
	var z []float64
	for i, xs := range cols {
		for _, x := range xs {
			if deviations[i] > 0 {
				z = append(z, (x-means[i])/deviations[i])
			}
		}
	}
	above = tailQuantile(largest(z, tailSize(len(z))+1), len(z), exceedance)
	for i := range z {
		z[i] = -z[i]
	}
	below = tailQuantile(largest(z, tailSize(len(z))+1), len(z), exceedance)
	few := 1 + 1/math.Sqrt(float64(len(cols[0]))) // deviations from few samples are uncertain
	return few * below, few * above
}

// largest are the largest count numbers, ascending. Of the others few are ever kept.
func largest(z []float64, count int) []float64 {
	kept, least := make([]float64, 0, 2*count), math.Inf(-1)
	for _, x := range z {
		if !(x > least) {
			continue
		}
		if kept = append(kept, x); len(kept) == 2*count {
			slices.Sort(kept)
			kept = kept[:copy(kept, kept[count:])]
			least = kept[0]
		}
	}
	slices.Sort(kept)
	return kept[max(0, len(kept)-count):]
}

// TailQuantile is the value that is exceeded with probability p, from ascending samples: a Weibull tail above
// the largest √n, whose coefficient (Gardes and Girard, Comparison of Weibull tail-coefficient estimators,
// REVSTAT 4, 2006) is raised by one standard error. The coefficient is ½ for a Gaussian tail and 1 for an
// exponential one.
func TailQuantile(z []float64, p float64) float64 { return tailQuantile(z, len(z), p) }

// tailSize is how many of n samples are taken for the tail.
func tailSize(n int) int { return int(math.Ceil(math.Sqrt(float64(n)))) }

// tailQuantile needs only the largest of the n samples: those of the tail and the one below.
func tailQuantile(z []float64, n int, p float64) float64 {
	k, last := tailSize(n), len(z)-1
	if last < k || !(z[last-k] > 0) {
		return 0
	}
	threshold, logs, steps := z[last-k], 0.0, 0.0
	rank := func(i int) float64 { return math.Log(math.Log(float64(n+1) / float64(i))) }
	for i := 1; i <= k; i++ {
		logs += math.Log(z[last+1-i] / threshold)
		steps += rank(i) - rank(k+1)
	}
	coefficient := logs / steps * (1 + 1/math.Sqrt(float64(k)))
	return threshold * math.Pow(math.Log(1/p)/math.Log(float64(n+1)/float64(k+1)), coefficient)
}
