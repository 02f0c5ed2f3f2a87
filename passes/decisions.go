package passes

import (
	"context"
	"math"

	"hecc/ir/plan"
	"hecc/ir/span"
	"hecc/passes/fit"
	"hecc/passes/planning"
	"hecc/passes/promise"
	"hecc/passes/tails"
)

// Where a share of decisions is the target, the outputs may have as much noise as leaves that share.

const (
	decisionNoise = 0.1 // largest noise of decisions, relative to the outputs' range: values have room for so much
	noiseSteps    = 1.1 // up to this ratio the largest noise is looked for

	lessNoise  = 4    // less noise is tried in such steps
	worthNoise = 1.02 // largest time of a plan with less noise, relative
)

// noiseForDecisions is the largest noise between two that keeps the decisions asked for; the least one where
// there is none.
func (c *compilation) noiseForDecisions(least, most float64) float64 {
	if c.jury.Samples() < fit.EnoughHeldOut || !c.keepsDecisions(least) {
		return least
	}
	if c.keepsDecisions(most) {
		return most
	}
	for most > noiseSteps*least {
		if middle := math.Sqrt(least * most); c.keepsDecisions(middle) {
			least = middle
		} else {
			most = middle
		}
	}
	return least
}

// leastNoise is the candidate with less noise than decisions leave room for, if that takes no longer.
func (c *compilation) leastNoise(ctx context.Context, p plannedPacking) planning.Candidate {
	t, most := c.planTarget(), c.target.Error
	t.MaxCost = worthNoise * p.best.Time() / p.best.Runs
	for t.Error = c.target.Least; t.Error > 0 && t.Error < most; t.Error *= lessNoise {
		if less, _, ok := p.planner.BestOnTail(ctx, t); ok {
			return less
		}
	}
	return p.best
}

// keepsDecisions says whether a plan of so much noise would keep the decisions asked for, with an error that
// is bounded.
func (c *compilation) keepsDecisions(noise float64) bool {
	kept := c.jury.Kept(c.release().Blur(noise, planning.Deviations))
	return c.targets().Keeps(kept, c.jury.Samples()) && span.Finite(c.errorFor(noise))
}

// judgeDecisions makes the agreement of the fit that of the chosen plan, noise included.
func (c *compilation) judgeDecisions() {
	if c.jury == nil {
		return
	}
	noise, flooding, grid := c.shown()
	kept, n := c.jury.Kept(promise.Blur{Noise: noise / planning.Deviations, Flooding: flooding.Deviation, Rounding: grid / 2}), c.jury.Samples()
	c.fit.Agreement = float64(kept) / float64(n)
	c.fit.PredictedAgreement = tails.PredictedAgreement(kept, n)
	c.fit.Samples = max(c.fit.Samples, n) // nothing was fitted where these are none
}

// shown is the noise of decrypted values, and what the client makes of it before it shows them.
func (c *compilation) shown() (noise float64, flooding plan.Flooding, grid float64) {
	r := c.release()
	noise = r.PromisedNoise(c.noise.Error)
	flooding = r.Flooding(r.PromisedNoise(c.noise.PublicError)) // covers inputs that are encrypted with either key
	added := promise.FloodDeviations * flooding.Deviation
	return noise, flooding, promise.Rounding(min(noise, r.PromisedNoise(c.noise.KeyError)) + added)
}
