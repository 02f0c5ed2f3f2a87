package planning

import "hecc/ir/he"

// findCoincidences notes for each Linear by what share of their worst mean squares its operands are large at
// the same time. Where an element is a ciphertext, each is at its largest on a sample of its own: no image
// has all pixels white. With several elements in a ciphertext their mean says that already.
func (p *profile) findCoincidences(c *he.Circuit, samples []*profile) {
	if c.Slots > 1 {
		return
	}
	for _, v := range c.Values {
		op, ok := v.Op.(he.Linear)
		if !ok {
			continue
		}
		apart, together := p.squares(v, op), 0.0
		for _, s := range samples {
			together = max(together, s.squares(v, op))
		}
		if apart > 0 {
			p.terms[v.ID].coincidence = together / apart
		}
	}
}

// squares adds up the mean squares of the operands of all terms.
func (p *profile) squares(v *he.Value, op he.Linear) float64 {
	sum := 0.0
	for _, t := range op.Terms {
		sum += p.square[v.In[t.Arg].ID]
	}
	return sum
}
