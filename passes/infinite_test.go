package passes

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"hecc/internal/graphtest"
	"hecc/ir/diag"
	"hecc/ir/plan"
	"hecc/ir/tensor"
)

// TestInfiniteBounds: networks whose bounds on the declared range grow to the end of floating-point numbers, or beyond, are compiled,
// or refused with the file and a cure.
func TestInfiniteBounds(t *testing.T) {
	for _, c := range []struct {
		fn    string
		depth int
		scale float64
	}{
		{"relu", 1, 1e10}, {"relu", 4, 1e30}, {"relu", 1, 1e40}, {"tanh", 1, 1e10}, {"tanh", 2, 1e300},
		{"exp", 2, 1}, {"exp", 3, 1}, {"exp", 4, 1}, {"exp", 2, 1e3}, {"log", 2, 1},
	} {
		b := graphtest.NewBuilder(tensor.Imported, rand.New(rand.NewPCG(1, 1)))
		x := b.Input(3)
		for range c.depth {
			x = b.Add(tensor.Func{Fn: c.fn}, b.Dense(x, 4))
			x = b.Add(tensor.Mul{}, x, b.Add(tensor.Const{Data: []float64{c.scale}}))
		}
		g := b.Output(b.Dense(x, 2))
		r, err := Compile(context.Background(), g, Options{InputRange: uniformBox(3, -2, 2)})
		if err == nil {
			_, err = plan.Decode(r.Plan.Encode())
		}
		var d *diag.Error
		if err != nil && (!errors.As(err, &d) || d.Pos.File == "" || len(d.Notes) == 0) {
			t.Errorf("%v: %v", c, err)
		}
		t.Log(fmt.Sprint(c, ": ", err))
	}
}
