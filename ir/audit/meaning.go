package audit

import (
	"fmt"
	"math"
	"slices"

	"hecc/ir/he"
	"hecc/ir/tensor"
)

// rounding is the largest difference of two evaluations in float64, relative to the largest result.
const rounding = 1e-9

// meaning evaluates the circuit, slot for slot, and the polynomial graph on the same inputs.
func (a *auditor) meaning() (finding, error) {
	e := tensor.NewEvaluator(a.p.Polynomial)
	out := a.p.Polynomial.Outputs[0].Node
	worst := 0.0
	for _, x := range a.points.inside {
		v, err := e.Run(x)
		if err != nil {
			return finding{}, err
		}
		want := slices.Clone(v.Of(out))
		slots, err := a.p.Circuit.Eval(a.p.Circuit.Input.Pack(x), nil)
		if err != nil {
			return finding{}, err
		}
		gap, where := a.gap(slots, want)
		if !(gap <= rounding) {
			return finding{}, fmt.Errorf("%s; relative to the largest element that is %.1e", where, gap)
		}
		worst = max(worst, gap)
	}
	return finding{
		detail:  fmt.Sprintf("circuit and polynomial graph agree to %.0e on %d inputs", worst, len(a.points.inside)),
		figures: map[string]float64{"largest_gap": worst},
	}, nil
}

// gap is the largest difference of any place of an output element from the expected value, relative to the
// largest element, and its description.
func (a *auditor) gap(slots [][]float64, want []float64) (gap float64, where string) {
	top := 1.0
	for _, y := range want {
		top = max(top, math.Abs(y))
	}
	for ct := range slots {
		elements := a.p.Circuit.Output.Elements(ct)
		for t, got := range slots[ct] {
			k := elements[t]
			if k == he.Empty {
				continue
			}
			if d := math.Abs(got-want[k]) / top; !(d <= gap) {
				gap, where = d, fmt.Sprintf("the circuit gives %v for output element %d, the polynomial graph %v", got, k, want[k])
				if math.IsNaN(d) {
					return math.Inf(1), where
				}
			}
		}
	}
	return gap, where
}

// slots fills the slots that the input's layout marks as dirty, which must not be read, with random numbers.
// The answer must not change, and slots that are promised to be zero must be zero. (Samples in other lanes
// have no influence: no operation of a circuit reaches them.)
func (a *auditor) slots() (finding, error) {
	c := a.p.Circuit
	in := c.Input.Pack(a.points.inside[0])
	clean, err := c.Eval(in, nil)
	if err != nil {
		return finding{}, err
	}
	want, err := c.Output.Unpack(clean)
	if err != nil {
		return finding{}, err
	}
	filled, zeros := fillFree(in, c), 0
	got, err := c.Eval(in, nil)
	if err != nil {
		return finding{}, err
	}
	if gap, where := a.gap(got, want); !(gap <= rounding) {
		return finding{}, fmt.Errorf("an answer depends on slots that are free: %s", where)
	}
	for ct := range got {
		elements := c.Output.Elements(ct)
		for t, y := range got[ct] {
			if elements[t] == he.Empty && !c.Output.Dirty {
				if zeros++; y != 0 {
					return finding{}, fmt.Errorf("slot %d of output %d must be zero, is %v", t, ct, y)
				}
			}
		}
	}
	return finding{detail: fmt.Sprintf("the answer does not depend on %d free slots; %d slots promised to be zero are", filled, zeros)}, nil
}

// fillFree puts random numbers into dirty slots.
func fillFree(in [][]float64, c *he.Circuit) (filled int) {
	rng := stream("free slots")
	for ct := range in {
		for t, element := range c.Input.Elements(ct) {
			if c.Input.Dirty && element == he.Empty {
				in[ct][t] = 2*rng.Float64() - 1
				filled++
			}
		}
	}
	return filled
}
