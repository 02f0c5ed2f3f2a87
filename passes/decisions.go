package passes

import (
	"context"
	"fmt"
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
	decisionNoise = 0.2  // largest noise of decisions, relative to the outputs' range: values have room for so much
	noiseSteps    = 1.1  // up to this ratio the largest noise is looked for
	leastDecision = 1e-6 // noise, relative to the usual, below which decisions that are lost are not noise's fault

	lessNoise  = 4    // less noise is tried in such steps
	worthNoise = 1.02 // largest time of a plan with less noise, relative
)

// Predicted noise is that of the noisiest output on samples louder than most. Where that is too much
// for what is asked for, noise is measured in a simulation.
const (
	simulatedSamples = 16
	simulatedMargin  = 1.25 // deviation that is counted on, over the simulated one
)

// coarserNoise is how much more noise is asked for than decisions leave room for by the pessimistic bound.
var coarserNoise = []float64{4, 2}

// noiseForDecisions is the largest noise up to most that keeps the decisions asked for: between two, or less than the
// least one where that loses some.
func (c *compilation) noiseForDecisions(least, most float64) float64 {
	switch {
	case !(least > 0):
		return least
	case !c.keepsDecisions(least):
		return c.quieter(least)
	case c.jury.Samples() < fit.EnoughHeldOut:
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

// quieter is less noise than some that loses decisions; the same noise where no other keeps them.
func (c *compilation) quieter(noise float64) float64 {
	for less := noise / lessNoise; less > leastDecision*noise; less /= lessNoise {
		if c.keepsDecisions(less) {
			return less
		}
	}
	return noise
}

// settleNoise goes on from a plan with the noise that decisions leave room for. Plans have less noise than they may,
// and round less, so coarser ones are tried that are cheaper, and taken if decisions are kept with their own noise. A
// plan with less noise is preferred if it takes no longer, to even less than the usual where that costs too many.
func (c *compilation) settleNoise(ctx context.Context, p plannedPacking) error {
	kept := c.judgeDecisions()
	if c.opts.TargetAgreement == 0 {
		return nil
	}
	if !kept {
		return c.settle(ctx, p, c.room.usual/(lessNoise*lessNoise))
	}
	allowed := c.room.allowed
	for _, times := range coarserNoise {
		c.room.allowed = min(times*allowed, c.room.most)
		if c.room.allowed <= allowed {
			break
		}
		cheaper, err := c.planFrom(ctx, 0, p)
		if err != nil {
			return err
		}
		if worthNoise*cheaper.best.Time() >= p.best.Time() {
			continue
		}
		if c.chooseSound(c.leastNoise(ctx, cheaper, c.room.usual)) && c.judgeDecisions() {
			return ctx.Err()
		}
	}
	c.room.allowed = allowed
	return c.settle(ctx, p, c.room.usual)
}

// settle chooses a plan, or one with less noise that takes no longer.
func (c *compilation) settle(ctx context.Context, p plannedPacking, least float64) error {
	if !c.chooseSound(c.leastNoise(ctx, p, least)) {
		if err := c.choose(p); err != nil {
			return err
		}
	}
	c.judgeDecisions()
	return ctx.Err()
}

// chooseSound is choose for plans that are only taken if a public key can be used with them.
func (c *compilation) chooseSound(p plannedPacking) bool {
	return c.choose(p) == nil && !math.IsInf(c.noise.PublicError, 1)
}

// leastNoise is the plan with less noise than is allowed, down to so much, if there is one that takes no longer.
func (c *compilation) leastNoise(ctx context.Context, p plannedPacking, least float64) plannedPacking {
	t := c.planTarget()
	t.MaxCost = worthNoise * p.best.Time() / p.best.Runs
	for t.Error = least; t.Error > 0 && t.Error < c.room.allowed; t.Error *= lessNoise {
		if less, _, ok := c.search(ctx, p.planner, t); ok {
			less.Runs, p.best = p.best.Runs, less
			break
		}
	}
	return p
}

// keepsDecisions says whether a plan of so much noise would keep the decisions asked for, with an error that
// is bounded.
func (c *compilation) keepsDecisions(noise float64) bool {
	kept := c.jury.Kept(c.release().Blur(noise, planning.Deviations))
	return c.targets().Keeps(kept, c.jury.Samples()) && span.Finite(c.errorFor(noise))
}

// judgeDecisions makes the agreement of the fit that of the chosen plan, noise included, and says whether that is
// what is asked for.
func (c *compilation) judgeDecisions() bool {
	kept, n := c.jury.Kept(c.blur(c.noise.Typical/planning.Deviations)), c.jury.Samples()
	if tails.PredictedAgreement(kept, n) < c.opts.TargetAgreement {
		kept = max(kept, c.jury.Kept(c.blur(c.simulatedDeviation())))
	}
	c.fit.Agreement = float64(kept) / float64(n)
	c.fit.PredictedAgreement = tails.PredictedAgreement(kept, n)
	c.fit.Samples = max(c.fit.Samples, n) // nothing was fitted where these are none
	return n >= fit.EnoughHeldOut && c.targets().Keeps(kept, n) && span.Finite(c.errorFor(c.noise.Error))
}

// simulatedDeviation is the standard deviation of noise in a simulation of the chosen plan, and a part more.
func (c *compilation) simulatedDeviation() float64 {
	if c.simulated.of == c.circuit {
		return c.simulated.deviation
	}
	inputs, clear := make([][]float64, simulatedSamples), make([][]float64, simulatedSamples)
	for k := range inputs {
		inputs[k], clear[k] = c.jury.Sample(k * c.jury.Samples() / simulatedSamples)
	}
	sum := 0.0
	noisy, err := planning.NewSimulator(c.circuit, 1).RunAll(context.Background(), inputs)
	if err != nil {
		return math.Inf(1)
	}
	for k, out := range noisy {
		for i, y := range out {
			sum += (y - clear[k][i]) * (y - clear[k][i]) / float64(simulatedSamples*len(out))
		}
	}
	c.simulated.of, c.simulated.deviation = c.circuit, simulatedMargin*math.Sqrt(sum)
	return c.simulated.deviation
}

// blur is what becomes of decrypted values in the chosen plan, with noise of this standard deviation.
func (c *compilation) blur(deviation float64) promise.Blur {
	_, flooding, grid := c.shown()
	return promise.Blur{Noise: deviation, Flooding: flooding.Deviation, Rounding: grid / 2}
}

// publicLoss is the share of decisions from which on users are told what the public key's noise costs.
const publicLoss = 0.005

// publicNote says what is kept with the public key, whose noise is larger, where that is less.
func (c *compilation) publicNote() []string {
	if c.jury == nil || c.opts.TargetAgreement == 0 || len(c.circuit.Params.P) == 0 {
		return nil
	}
	deviation := min(c.noise.Typical/planning.Deviations, c.simulatedDeviation()) * c.noise.PublicError / c.noise.Error
	promised := tails.PredictedAgreement(c.jury.Kept(c.blur(deviation)), c.jury.Samples())
	if promised > c.fit.PredictedAgreement-publicLoss {
		return nil
	}
	return []string{fmt.Sprintf("the agreement is that of inputs encrypted with the secret key; with the public key, which makes more noise, at least %.1f %% keep their argmax", 100*promised)}
}

// shown is the noise of decrypted values, and what the client makes of it before it shows them.
func (c *compilation) shown() (noise float64, flooding plan.Flooding, grid float64) {
	r := c.release()
	noise = r.PromisedNoise(c.noise.Error)
	flooding = r.Flooding(r.PromisedNoise(c.noise.PublicError)) // covers inputs that are encrypted with either key
	added := promise.FloodDeviations * flooding.Deviation
	return noise, flooding, promise.Rounding(min(noise, r.PromisedNoise(c.noise.KeyError)) + added)
}
