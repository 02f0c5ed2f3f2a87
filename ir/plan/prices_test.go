package plan

import (
	"math"
	"testing"
)

// TestAdapt: the reference machine has the default costs; where one kernel takes twice as long, what rests on
// it does.
func TestAdapt(t *testing.T) {
	slow, want := ReferenceTimes, DefaultCosts
	slow.Wide.Butterfly *= 2
	slow.Narrow.Matrix *= 2
	want.Wide.Butterfly *= 2
	want.Expand *= 2
	want.Narrow.Matrix *= 2
	for _, c := range []struct {
		here KernelTimes
		want Costs
	}{{ReferenceTimes, DefaultCosts}, {slow, want}} {
		got := DefaultCosts.Adapt("here", c.here)
		if got.Name != "here" {
			t.Errorf("is called %q", got.Name)
		}
		for k, x := range numbers(got) {
			if y := numbers(c.want)[k]; math.Abs(x-y) > 1e-12*y {
				t.Errorf("cost %d is %v, want %v", k, x, y)
			}
		}
	}
}

func numbers(c Costs) []float64 {
	return []float64{c.Wide.Butterfly, c.Wide.Product, c.Wide.Matrix, c.Narrow.Butterfly, c.Narrow.Product, c.Narrow.Matrix, c.Stream, c.Expand}
}
