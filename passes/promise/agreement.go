package promise

import (
	"math/rand/v2"
	"slices"

	"hecc/ir/tensor"
	"hecc/passes/internal/parallel"
	"hecc/passes/internal/sampled"
)

// Blur is by how much decrypted values are off before the client computes answers of them: independently from
// value to value, and from sample to sample.
type Blur struct {
	Noise    float64 // standard deviation of the encryption noise
	Flooding float64 // standard deviation of what the client adds to hide that
	Rounding float64 // largest rounding error
}

// Blur is what becomes of decrypted values with noise of the given size at most, which is so many standard
// deviations: with less noise, rounding is no coarser.
func (r *Release) Blur(noise, deviations float64) Blur {
	return Blur{noise / deviations, r.Flooding(noise).Deviation, Rounding(r.Flooded(noise)) / 2}
}

// Jury says how many decisions are kept on samples that no polynomial was fitted on. A decision is what
// SameDecision compares. A Jury does not change, and serves several planners at once.
type Jury struct {
	release   *Release // of which the epilogue decides
	inputs    sampled.Matrix
	judged    sampled.Matrix
	classes   sampled.Matrix // decisions in clear
	decrypted sampled.Matrix // without noise
	right     []bool         // whether these give the decisions in clear
}

// NewJury makes a jury of samples, from what the client would decrypt of the exact model and of polynomials on
// these inputs, without noise. It is nil where there is nothing to decide: a single number is its own largest.
func NewJury(epilogue *tensor.Graph, inputs, exact, decrypted sampled.Matrix) *Jury {
	if epilogue.Judged().Size() < 2 && len(epilogue.Classes()) == 0 {
		return nil
	}
	j := &Jury{release: &Release{Epilogue: epilogue}, inputs: inputs, decrypted: decrypted, right: make([]bool, decrypted.Rows())}
	j.judged, j.classes = j.release.Answers(exact)
	judged, classes := j.release.Answers(decrypted)
	for s := range j.right {
		j.right[s] = j.agrees(s, judged, classes)
	}
	return j
}

func (j *Jury) agrees(s int, judged, classes sampled.Matrix) bool {
	return SameDecision(judged.Row(s), j.judged.Row(s), classes.Row(s), j.classes.Row(s))
}

// SameDecision says whether two answers decide alike: by the discrete outputs, or if there are none by which of
// the judged values is the largest.
func SameDecision(judged, otherJudged, classes, otherClasses []float64) bool {
	if len(classes) > 0 {
		return slices.Equal(classes, otherClasses)
	}
	return tensor.Largest(judged) == tensor.Largest(otherJudged)
}

// Samples is how many samples judge.
func (j *Jury) Samples() int { return len(j.right) }

// Sample is an input, and what is decrypted for it without noise.
func (j *Jury) Sample(s int) (input, decrypted []float64) { return j.inputs.Row(s), j.decrypted.Row(s) }

// rounds is how many times every value is blurred anew. The round that keeps the fewest decisions counts.
const rounds = 8

// Kept is the number of samples whose decision is kept with this blur. A larger blur of the same proportions
// keeps no more where decisions are those of the largest score: the same draws only move values further.
func (j *Jury) Kept(b Blur) int {
	least := j.Samples()
	for round := range rounds {
		judged, classes := j.release.Answers(j.blurred(b, uint64(round)))
		kept := 0
		for s, right := range j.right {
			if right && j.agrees(s, judged, classes) {
				kept++
			}
		}
		least = min(least, kept)
	}
	return least
}

// blurred are the decrypted values off by a round's draws.
func (j *Jury) blurred(b Blur, round uint64) sampled.Matrix {
	out := j.decrypted.Clone()
	parallel.Rows(out.Rows(), func(lo, hi int) {
		for s := lo; s < hi; s++ {
			rng := rand.New(rand.NewPCG(uint64(s), round))
			for i := range out.Row(s) {
				out.Row(s)[i] += b.Noise*rng.NormFloat64() + b.Flooding*rng.NormFloat64() + b.Rounding*(2*rng.Float64()-1)
			}
		}
	})
	return out
}
