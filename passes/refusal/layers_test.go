package refusal

import (
	"fmt"
	"strings"
	"testing"

	"hecc/ir/diag"
)

// TestText: the dearest of twenty layers are named, all are summed up, and a screen has room for it.
func TestText(t *testing.T) {
	var layers []Layer
	for k := range 20 {
		l := Layer{diag.Pos{Name: fmt.Sprintf("/network/hidden.%d/activation/Relu", k), Op: "Relu"}, "relu of degree 2", 2, 52}
		if k%4 == 1 {
			l.What, l.Levels, l.Bits = "relu of degree 60", 7, 189
		}
		layers = append(layers, l)
	}
	got := Text(layers)
	want := "by layer, the dearest first: /network/hidden.1/activation/Relu (relu of degree 60): 7 levels, 189 bits; "
	if !strings.HasPrefix(got, want) || !strings.HasSuffix(got, "; 15 others: 30 levels, 780 bits; in all 65 levels, 1725 bits") || len(got) > 6*80 {
		t.Errorf("%d letters: %s", len(got), got)
	}
	if got := Fitting(layers, 189+3*52+51); got != 4 {
		t.Errorf("%d layers fit", got)
	}
	alike := Text([]Layer{layers[0], layers[2], layers[3]})
	if want := "by layer: each of 3 from /network/hidden.0/activation/Relu (relu of degree 2) to /network/hidden.3/activation/Relu (relu of degree 2): 2 levels, 52 bits; in all 6 levels, 156 bits"; alike != want {
		t.Errorf("alike: %s", alike)
	}
	if got := Text(layers[1:2]); strings.Contains(got, "others") {
		t.Errorf("one: %s", got)
	}
}
