package main

import (
	"cmp"
	"maps"
	"slices"

	"hecc/ir/diag"
	"hecc/ir/he"
	"hecc/ir/params"
	"hecc/ir/plan"
	"hecc/runtime/wire"
)

// ringSummary says what a ring degree would have given.
type ringSummary struct {
	LogN       int      `json:"log_n"`             // log2 of the ring degree
	LogQPBound float64  `json:"log_qp_bound_bits"` // modulus that the security allows
	Ms         *float64 `json:"predicted_ms"`      // of the fastest plan that meets the error, for the whole batch; null: none was found, or none faster than that of the rings before it
	LeastNoise *float64 `json:"least_noise"`       // that was found, in units of the outputs; null: no moduli were found that the security allows
	Verdict    string   `json:"verdict"`           // chosen; noise: what was found has more noise than is allowed; room: no moduli were found; slower: nothing faster was found; size: more keys or memory than is allowed; decisions: faster, but its noise changes too many decisions
}

// Verdicts on ring degrees.
const (
	ringChosen    = "chosen"
	ringNoisy     = "noise"
	ringRoom      = "room"
	ringSlower    = "slower"
	ringSize      = "size"
	ringDecisions = "decisions"
)

// ringsOf lists the ring degrees that were planned for.
func ringsOf(p *plan.Plan) []ringSummary {
	out, own := []ringSummary{}, 0.0
	for _, r := range p.Choice.Rings {
		if r.LogN == p.Interface.Params.LogN {
			own = r.Ms
		}
	}
	for _, r := range p.Choice.Rings {
		s := ringSummary{LogN: r.LogN, LogQPBound: params.MaxLogQP(r.LogN, p.Interface.Security)}
		if r.Ms > 0 {
			s.Ms = &r.Ms
		}
		if r.LeastNoise > 0 {
			s.LeastNoise = &r.LeastNoise
		}
		switch {
		case r.LogN == p.Interface.Params.LogN:
			s.Verdict = ringChosen
		case r.Ms > 0 && r.Ms < own:
			s.Verdict = ringDecisions
		case r.Ms > 0 || r.LogN > p.Interface.Params.LogN:
			s.Verdict = ringSlower
		case r.LeastNoise == 0:
			s.Verdict = ringRoom
		case r.LeastNoise > p.Choice.Noise:
			s.Verdict = ringNoisy
		default:
			s.Verdict = ringSize
		}
		out = append(out, s)
	}
	return out
}

// option is what another target leads to.
type option struct {
	Degrees   []int    `json:"degrees"`      // of the polynomials; empty: the same ones with other moduli
	Ms        float64  `json:"predicted_ms"` // for the whole batch, about
	Error     float64  `json:"error"`        // largest of the judged output, in its units: of the polynomials, or without these of noise
	RMS       *float64 `json:"rms"`          // root mean square error of the polynomials on held-out samples, in units of the outputs; null: there are none
	OwnRMS    *float64 `json:"own_rms"`      // that of this plan
	Agreement *float64 `json:"agreement"`    // share of held-out samples whose argmax stays; null: that is no target
	Flag      string   `json:"flag"`         // of hecc compile, by which it is asked for
}

func optionOf(list []plan.Option) *option {
	if len(list) == 0 {
		return nil
	}
	o := list[0]
	out := &option{Degrees: o.Degrees, Ms: o.Ms, Error: o.Error, Flag: o.Flag}
	if len(o.Degrees) > 0 {
		out.RMS, out.OwnRMS = &o.RMS, &o.OwnRMS
	}
	if o.Agreement > 0 {
		out.Agreement = &o.Agreement
	}
	return out
}

// shareOf is a part of the predicted noise, or of the polynomials' error.
type shareOf struct {
	Source string  `json:"source"` // the node of the model
	Op     string  `json:"op"`     // its operator; of a fit the function
	Term   string  `json:"term"`   // fresh, encoding, key switch, rescale, product; fit
	Share  float64 `json:"share"`  // of all noise, or of the error of all polynomials
}

const fitTerm = "fit"

// noiseShares adds up what the predicted noise is made of by layer and term, the largest first.
func noiseShares(p *plan.Plan) []shareOf {
	type key struct {
		pos  diag.Pos
		term string
	}
	sums := map[key]float64{}
	var order []key
	for _, s := range p.Choice.Shares {
		v := p.Circuit.Values[s.Value]
		k := key{v.Pos, s.Term}
		if _, ok := v.Op.(he.Input); ok {
			k.pos = diag.Pos{Op: v.Op.Name()}
		}
		if _, ok := sums[k]; !ok {
			order = append(order, k)
		}
		sums[k] += s.Share
	}
	out := []shareOf{}
	for _, k := range order {
		source := inputSource
		if k.pos.Op != (he.Input{}).Name() {
			source = sourceOf(k.pos)
		}
		out = append(out, shareOf{source, k.pos.Op, k.term, sums[k]})
	}
	slices.SortStableFunc(out, func(a, b shareOf) int { return cmp.Compare(b.Share, a.Share) })
	return out
}

// inputSource stands for the encryption where the nodes of the model do.
const inputSource = "input"

// fitShares are the functions' shares in the error of the polynomials, the largest first.
func fitShares(p *plan.Plan) []shareOf {
	out := []shareOf{}
	for _, s := range p.Choice.Fits {
		out = append(out, shareOf{s.Source, s.Of, fitTerm, s.Share})
	}
	slices.SortStableFunc(out, func(a, b shareOf) int { return cmp.Compare(b.Share, a.Share) })
	return out
}

// keyUse is which keys each layer uses.
type keyUse struct {
	all map[diag.Pos]map[int]bool // rotations by layer; relinKey stands for the relinearisation key
	by  map[int]int               // how many layers use a key
}

// relinKey stands among rotations for the key of products.
const relinKey = 0

func keysUsed(c *he.Circuit) keyUse {
	u := keyUse{map[diag.Pos]map[int]bool{}, map[int]int{}}
	use := func(pos diag.Pos, key int) {
		if u.all[pos] == nil {
			u.all[pos] = map[int]bool{}
		}
		if !u.all[pos][key] {
			u.all[pos][key] = true
			u.by[key]++
		}
	}
	for _, v := range c.Values {
		s := v.Op.KeySwitches()
		if s.Relins > 0 {
			use(v.Pos, relinKey)
		}
		for _, by := range s.Rotations {
			use(v.Pos, by*c.Lanes)
		}
	}
	return u
}

// addTo says how many keys a layer uses, and what they take.
func (u keyUse) addTo(n *nodeSummary, pos diag.Pos, i *plan.Interface) {
	level := map[int]int{relinKey: i.Keys.Relin}
	for _, r := range i.Keys.Rotations {
		level[r.By] = r.Level
	}
	for key := range maps.Keys(u.all[pos]) {
		size := wire.KeySize(i, level[key])
		n.Keys++
		n.KeyBytes += size
		if u.by[key] == 1 {
			n.OwnKeyBytes += size
		}
	}
}
