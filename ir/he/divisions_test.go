package he_test

import (
	"testing"

	"hecc/ir/diag"
	"hecc/ir/he"
)

// TestDivisions: who reads a key switch decides where it is divided.
func TestDivisions(t *testing.T) {
	fold := he.Fold{Steps: []int{0, 1}}
	rotated := he.Linear{Terms: []he.Term{{Diag: he.Plain{0.5}}, {Baby: 1, Diag: he.Plain{0.5}}}}
	steps := he.Linear{Terms: []he.Term{{Diag: he.Plain{0.5}}, {Giant: 1, Diag: he.Plain{0.5}}}}
	scaled := he.Linear{Terms: []he.Term{{Diag: he.Plain{0.5}}}}
	for name, c := range map[string]struct {
		ops       []he.Op // each reads the one before
		drop      int     // levels that the last of them drops
		also      bool    // the first is an output too
		rescaled  bool    // what becomes of the first
		untouched bool
	}{
		"fold, rescale":               {ops: []he.Op{fold, he.Rescale{}}, drop: 1, rescaled: true},
		"linear, rescale":             {ops: []he.Op{rotated, he.Rescale{}}, drop: 1, rescaled: true},
		"product, rescale":            {ops: []he.Op{scaled, he.Rescale{}}, drop: 1, untouched: true},
		"fold, fold":                  {ops: []he.Op{fold, fold}},
		"fold, linear":                {ops: []he.Op{fold, rotated}},
		"fold, steps":                 {ops: []he.Op{fold, steps}},
		"steps, fold":                 {ops: []he.Op{steps, fold}},
		"fold, product":               {ops: []he.Op{fold, scaled}, untouched: true},
		"fold, square":                {ops: []he.Op{fold, he.Mul{}}, untouched: true},
		"fold, fold at a lower level": {ops: []he.Op{fold, fold}, drop: 1, untouched: true},
		"fold, fold, and an output":   {ops: []he.Op{fold, fold}, also: true, untouched: true},
		"fold, rescale, an output":    {ops: []he.Op{fold, he.Rescale{}}, drop: 1, also: true, untouched: true},
	} {
		circuit := he.New("test.onnx", 4)
		x := circuit.Add(diag.Pos{}, he.Input{})
		x.Level = 2
		var values []*he.Value
		for _, op := range c.ops {
			in := []*he.Value{x}
			if _, ok := op.(he.Mul); ok {
				in = append(in, x)
			}
			x = circuit.Add(diag.Pos{}, op, in...)
			x.Level = 2
			values = append(values, x)
		}
		x.Level -= c.drop
		circuit.Outputs = []*he.Value{x}
		if c.also {
			circuit.Outputs = append(circuit.Outputs, values[0])
		}
		d := circuit.Divisions()
		got, last := d[values[0].ID], d[x.ID]
		if (got.Rescale == x) != c.rescaled || (last.KeySwitch == values[0]) != c.rescaled {
			t.Errorf("%s: rescaled together %v, %v", name, got.Rescale, last.KeySwitch)
		}
		if want := !c.rescaled && !c.untouched; got.Deferred != want || d.ReadBy(x) != want || last.Deferred {
			t.Errorf("%s: deferred %v, %v at the end", name, got.Deferred, last.Deferred)
		}
	}
}
