package planning

import (
	"math"

	"hecc/ir/he"
	"hecc/ir/plan"
)

// sources takes the predicted noise of the noisiest output apart: by value of the circuit, and by term.
func (m noiseModel) sources(a assigned, pr *profile) []plan.NoiseShare {
	outputs := len(pr.gain[0])
	variance, means := make([]float64, outputs), make([]float64, outputs)
	square := func(v *he.Value) float64 { return pr.square[a.origin[v.ID]] }
	added := make([]noise, len(a.c.Values))
	var parts [][]float64 // by output
	var found []plan.NoiseShare
	part := func(v *he.Value, term string, n noise) {
		of, some := make([]float64, outputs), false
		for k, gain := range pr.gain[a.origin[v.ID]] {
			of[k] = n.uniform*gain + n.perEnergy*pr.rotatedGain[a.origin[v.ID]][k]
			variance[k] += of[k]
			some = some || of[k] > 0
		}
		if some {
			parts, found = append(parts, of), append(found, plan.NoiseShare{Value: v.ID, Term: term})
		}
	}
	for i, v := range a.c.Values {
		terms := pr.terms[a.origin[v.ID]]
		added[i] = m.added(v, terms, square)
		if _, ok := v.Op.(he.Linear); ok {
			part(v, plan.EncodingNoise, m.encodingOf(v, terms, square))
			part(v, plan.KeySwitchNoise, m.switchesOf(v, terms))
		} else {
			part(v, termOf(v.Op), added[i])
		}
	}
	products := map[int][]float64{}
	m.eachProduct(a, pr, added, func(v *he.Value, k int, mean float64) {
		if products[v.ID] == nil {
			products[v.ID] = make([]float64, outputs)
		}
		products[v.ID][k] += mean
		means[k] += mean
	})
	worst, total := 0, 0.0
	for k, v := range variance {
		if e := Deviations*math.Sqrt(v) + means[k]; e > total {
			worst, total = k, e
		}
	}
	if total == 0 {
		return nil
	}
	linear := 1 - means[worst]/total // what is not of products is shared out as variance
	for k := range found {
		found[k].Share = linear * parts[k][worst] / variance[worst]
	}
	for _, v := range a.c.Values {
		if of := products[v.ID]; of != nil {
			found = append(found, plan.NoiseShare{Value: v.ID, Term: plan.ProductNoise, Share: of[worst] / total})
		}
	}
	return plan.RoundShares(found)
}

// termOf is the only term of an operation's noise.
func termOf(op he.Op) string {
	switch op.(type) {
	case he.Input:
		return plan.FreshNoise
	case he.Fold, he.Relin:
		return plan.KeySwitchNoise
	case he.Rescale:
		return plan.RescaleNoise
	}
	return plan.EncodingNoise
}
