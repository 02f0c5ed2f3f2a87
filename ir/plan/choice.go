package plan

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Choice says why a plan is as it is, and what else could have been had. It is for people: nothing of it is read
// to run the plan.
type Choice struct {
	Noise  float64      `json:"noise"`        // that the circuit's outputs were allowed
	Rings  []Ring       `json:"rings"`        // that were planned for, by ascending degree
	Shares []NoiseShare `json:"noise_shares"` // of operations in the predicted noise
	Fits   []FitShare   `json:"fit_shares"`   // empty: nothing was fitted, or not on samples

	Cheaper []Option `json:"cheaper"` // one or none
	Better  []Option `json:"better"`  // one or none
}

// Ring is a ring degree and the best that was found for it.
type Ring struct {
	LogN       int     `json:"log_n"`       // log2 of the ring degree
	Ms         float64 `json:"ms"`          // for the whole batch; 0: nothing that meets the error and is faster than the best ring before it
	LeastNoise float64 `json:"least_noise"` // that was found; 0: no moduli were found that the security allows
}

// The terms of noise, as the checker's model names them.
const (
	FreshNoise     = "fresh"
	EncodingNoise  = "encoding"
	KeySwitchNoise = "key switch"
	RescaleNoise   = "rescale"
	ProductNoise   = "product"
)

// NoiseShare is the part of a value's operation in the predicted noise of the noisiest output: shares of the
// variance, but of products, whose errors add up with one sign, of the deviation.
type NoiseShare struct {
	Value int     `json:"value"` // of the circuit
	Term  string  `json:"term"`  // fresh, encoding, key switch, rescale or product
	Share float64 `json:"share"` // of it in all
}

// RoundShares leaves out what is of no interest, and digits that are.
func RoundShares(list []NoiseShare) []NoiseShare {
	const steps = 1e4
	for k := range list {
		list[k].Share = math.Round(steps*list[k].Share) / steps
	}
	list = slices.DeleteFunc(list, func(s NoiseShare) bool { return s.Share == 0 })
	slices.SortStableFunc(list, func(a, b NoiseShare) int { return cmp.Compare(a.Value, b.Value) })
	return list
}

// FitShare is the part of a function's polynomials in the error of all: in first order, of the mean square on
// held-out samples.
type FitShare struct {
	Of     string  `json:"of"`     // the function
	Source string  `json:"source"` // its node
	Share  float64 `json:"share"`  // of it in all
}

// Option is what another target leads to: another network on the front of price and error, as the search
// estimated it, or where there are no polynomials to choose, other moduli for the same ring degree.
type Option struct {
	Degrees   []int   `json:"degrees"`   // empty: other moduli
	Ms        float64 `json:"ms"`        // for the whole batch, about
	Error     float64 `json:"error"`     // largest of the judged output: of the polynomials, or else of noise
	RMS       float64 `json:"rms"`       // root mean square error of the polynomials on held-out samples
	OwnRMS    float64 `json:"own_rms"`   // that of the plan
	Agreement float64 `json:"agreement"` // share of these whose argmax stays; 0: that is no target
	Flag      string  `json:"flag"`      // of compile, by which it is asked for
}

func (c *Choice) encode() []byte {
	own := *c
	own.Rings, own.Shares, own.Fits = list(own.Rings), list(own.Shares), list(own.Fits)
	own.Cheaper, own.Better = list(own.Cheaper), list(own.Better)
	return writeJSON(own)
}

// check rejects what could not be shown.
func (c *Choice) check(values int) error {
	if !(c.Noise >= 0) || len(c.Cheaper) > 1 || len(c.Better) > 1 {
		return fmt.Errorf("noise %v, %d cheaper and %d better networks", c.Noise, len(c.Cheaper), len(c.Better))
	}
	for _, s := range c.Shares {
		if s.Value < 0 || s.Value >= values || !(s.Share >= 0) {
			return fmt.Errorf("share %v of value %%%d in the noise", s.Share, s.Value)
		}
	}
	return nil
}
