package audit

import (
	"iter"
	"math"

	"hecc/ir/he"
)

// Term is a source of noise.
type Term string

// The terms of the noise model, in the order that a run meets them.
const (
	Fresh     Term = "fresh"      // of an encryption
	Encoding  Term = "encoding"   // the rounding of plaintexts, times what they are multiplied with
	KeySwitch Term = "key switch" // of a rotation or relinearisation, with its division by the special primes
	Rescale   Term = "rescale"    // the rounding of a division by a modulus
	Product   Term = "product"    // products of two errors, whatever they come from
)

// Terms lists all.
var Terms = []Term{Fresh, Encoding, KeySwitch, Rescale, Product}

// Prediction is the noise to be expected in the slots of one value of a circuit: the difference from the
// circuit in clear.
type Prediction struct {
	Exact     []float64        // the slots in clear, until the next value is asked for
	Deviation float64          // root mean square of all slots
	Most      float64          // what the root mean square of a run does not exceed, if the prediction holds
	Largest   float64          // what no slot exceeds: slotDeviations of that of the noisiest slot
	Terms     map[Term]float64 // what each term contributes to Deviation; their squares add up to its square, about
}

const (
	predictionDraws = 12

	// slotDeviations is how many deviations of the noisiest slot, as the draws have it, no slot of a run exceeds.
	// Rounding errors are multiplied by the slots of the secret, which are the same in all runs with a key, so the
	// tail is longer than a Gaussian's: in 20 runs, one value in 25 exceeded five deviations, one in 500 eight
	// (simulated, for values of exponential size).
	slotDeviations = 8

	// mostSpreads is how many standard deviations, of the draws' root mean squares, a run may be above their
	// mean: with that of twelve draws, t is exceeded once in some 300,000 times. It is leastRoom at least.
	mostSpreads = 8
	leastRoom   = 1.25
)

// PredictNoise gives, value by value in their order, the noise on one input of the circuit, encrypted with the
// secret key. The draws are those of the checker's noise model, and always the same.
func PredictNoise(c *he.Circuit, in [][]float64) iter.Seq2[*he.Value, Prediction] {
	return func(yield func(*he.Value, Prediction) bool) {
		clean := newLockstep(c, in, nil)
		defer clean.stop()
		var total []*lockstep
		for k := range predictionDraws {
			total = append(total, newLockstep(c, in, newNoise(c, false, k)))
			defer total[k].stop()
		}
		parts := map[Term]*lockstep{}
		for _, term := range Terms {
			n := newNoise(c, false, 0) // the errors of the first draw
			if n.only = term; term == Product {
				n.only, n.sign = "", -1
			}
			parts[term] = newLockstep(c, in, n)
			defer parts[term].stop()
		}
		for _, v := range c.Values {
			exact := clean.next()
			p, first := spread(exact, total)
			p.Terms = map[Term]float64{}
			for term, part := range parts {
				slots := part.next()
				if term == Product {
					p.Terms[term] = rms(func(t int) float64 { return (first[t]+slots[t])/2 - exact[t] }, len(exact))
				} else {
					p.Terms[term] = rms(func(t int) float64 { return slots[t] - exact[t] }, len(exact))
				}
			}
			if !yield(v, p) {
				return
			}
		}
	}
}

// spread takes a value from all draws, and gives its noise and the slots of the first draw.
func spread(exact []float64, draws []*lockstep) (p Prediction, first []float64) {
	square, each := make([]float64, len(exact)), make([]float64, len(draws))
	for k, d := range draws {
		slots := d.next()
		if k == 0 {
			first = slots
		}
		for t, x := range slots {
			e := (x - exact[t]) * (x - exact[t])
			square[t] += e
			each[k] += e
		}
	}
	worst := 0.0
	for _, s := range square {
		worst = max(worst, s)
	}
	p = Prediction{Exact: exact, Largest: slotDeviations * math.Sqrt(worst/float64(len(draws)))}
	p.Deviation, p.Most = spreadOf(each, len(exact))
	return p, first
}

// spreadOf gives the root mean square of all draws, and what that of a run does not exceed, from each draw's sum
// over so many slots.
func spreadOf(squares []float64, slots int) (all, most float64) {
	n, mean, variance := float64(len(squares)), 0.0, 0.0
	for _, s := range squares {
		all += s / float64(slots) / n
		mean += math.Sqrt(s/float64(slots)) / n
	}
	for _, s := range squares {
		d := math.Sqrt(s/float64(slots)) - mean
		variance += d * d / (n - 1)
	}
	all = math.Sqrt(all)
	return all, max(leastRoom*all, mean+mostSpreads*math.Sqrt(variance))
}

func rms(x func(t int) float64, n int) float64 {
	sum := 0.0
	for t := range n {
		sum += x(t) * x(t)
	}
	return math.Sqrt(sum / float64(n))
}

// lockstep evaluates a circuit a value at a time, beside others, so that only values which are still read are
// held.
type lockstep struct {
	next func() []float64 // the slots of the next value; they are valid until the one after it is asked for
	stop func()
}

// newLockstep evaluates with the errors of a sampler, or exactly if it is nil.
func newLockstep(c *he.Circuit, in [][]float64, n *noiseSampler) *lockstep {
	next, stop := iter.Pull(func(yield func([]float64) bool) {
		open := true
		_, _ = c.Eval(in, func(v *he.Value, slots []float64) { // the error is about the count of inputs
			if n != nil && open {
				n.disturb(v, slots)
			}
			open = open && yield(slots)
		})
	})
	return &lockstep{func() []float64 { slots, _ := next(); return slots }, stop}
}
