package memory

import (
	"testing"

	"hecc/ir/diag"
	"hecc/ir/he"
)

// TestMatricesOfWindows: sums of the same window are a matrix, with those of the next place if they share most operands with
// them; sums that lack a few weights stay together.
func TestMatricesOfWindows(t *testing.T) {
	for _, test := range []struct {
		name                 string
		window, step, places int
		lacks                int // weights of every other sum
		want                 []int
	}{
		{"windows", 9, 6, 4, 0, []int{6, 6, 6, 6}},
		{"close windows", 9, 3, 4, 0, []int{12, 12}},
		{"dense", 9, 0, 4, 0, []int{24}},
		{"lacking", 9, 0, 4, 3, []int{24}},
		{"one of each", 8, 8, 1, 0, []int{6}},
	} {
		c := he.New("", 1)
		var in []*he.Value
		for k := range 40 {
			in = append(in, c.Add(diag.Pos{}, he.Input{Index: k}))
		}
		for place := range test.places {
			for row := range 6 {
				var terms []he.Term
				for k := range test.window - test.lacks*(row%2) {
					terms = append(terms, he.Term{Arg: k, Diag: he.Plain{1}})
				}
				c.Add(diag.Pos{}, he.Linear{Terms: terms}, in[place*test.step:place*test.step+len(terms)]...)
			}
		}
		found, at := FindMatrices(c), len(in)
		for _, rows := range test.want {
			if m := found[at]; m == nil || len(m.Rows) != rows {
				t.Errorf("%s: matrix at %d is %+v, want one of %d rows", test.name, at, m, rows)
			}
			at += rows
		}
		if len(found) != len(test.want) {
			t.Errorf("%s: %d matrices, want %d", test.name, len(found), len(test.want))
		}
	}
}
