package tensor_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"hecc/ir/diag"
	"hecc/ir/tensor"
)

// houses is a prologue with a column of each kind: a category, one that is looked up and must be
// known, an imputed number, and a clipped one.
func houses(t testing.TB) *tensor.Encoder {
	t.Helper()
	g := tensor.New("m.onnx", tensor.Prologue)
	add := func(op tensor.Op, in ...*tensor.Node) *tensor.Node { return g.MustAdd(diag.Pos{}, op, in...) }
	x := add(tensor.Input{Label: "columns", Shape: []int{5}, Words: []string{"Bonn", "Ulm"}, Columns: []tensor.Column{
		{Name: "city", Kind: tensor.StringCells, Width: 1}, {Name: "rooms", Kind: tensor.IntCells, Width: 1},
		{Name: "size", Kind: tensor.FloatCells, Width: 2}, {Name: "sun", Kind: tensor.BoolCells, Width: 1}}})
	pick := func(at int) *tensor.Node { return add(tensor.Pick{Shape: []int{1}, Index: []int{at}}, x) }
	number := func(v ...float64) *tensor.Node { return add(tensor.Const{Shape: []int{len(v)}, Data: v}) }
	city := add(tensor.Compare{Fn: "equal"}, add(tensor.Lookup{Keys: []float64{0, 1}, Values: []float64{0, 1}, Strict: true}, pick(0)), number(0, 1))
	rooms := add(tensor.Lookup{Keys: []float64{2, 3}, Values: []float64{-1, 7}, Default: 0.5}, pick(1))
	first := add(tensor.Where{}, add(tensor.ClientFunc{Fn: "isnan"}, pick(2)), number(3), pick(2))
	second := add(tensor.Func{Fn: "relu"}, add(tensor.Mul{}, pick(3), number(2)))
	g.Outputs = []tensor.Output{{Name: "encrypted", Node: add(tensor.Concat{}, city, rooms, first, second, pick(4))}}
	if err := g.Verify(); err != nil {
		t.Fatal(err)
	}
	again, err := tensor.Parse(g.Print())
	if err != nil || again.Print() != g.Print() {
		t.Fatalf("printed and parsed it is another: %v", err)
	}
	return tensor.NewEncoder(again)
}

func TestEncode(t *testing.T) {
	e := houses(t)
	missing := math.NaN()
	for _, c := range []struct {
		x    []float64
		want []float64
	}{
		{[]float64{0, 2, 1, 1, 0}, []float64{1, 0, -1, 1, 2, 0}},
		{[]float64{1, 3, missing, -1, 1}, []float64{0, 1, 7, 3, 0, 1}},
		{[]float64{1, 9, 1, 0, 1}, []float64{0, 1, 0.5, 1, 0, 1}},
	} {
		got, err := e.Encode(c.x)
		if err != nil {
			t.Errorf("%v: %v", c.x, err)
			continue
		}
		for k := range c.want {
			if got[k] != c.want[k] {
				t.Errorf("%v becomes %v, want %v", c.x, got, c.want)
				break
			}
		}
	}
}

// TestEncodeRefuses: what the model does not take is refused by the name of its column, with the cure.
func TestEncodeRefuses(t *testing.T) {
	e := houses(t)
	for want, x := range map[string][]float64{
		"the sample has 1 elements, the model takes 5": {1},
		`column "city": a string is no category of the model, which knows "Bonn", "Ulm"` + "\n  note: the model was trained to refuse others": {2, 2, 1, 1, 0},
		`column "size_1" is NaN` + "\n  note: the model does not replace missing values there":                                                {0, 2, 1, math.NaN(), 0},
		`column "size_0" is +Inf`:                                     {0, 2, math.Inf(1), 1, 0},
		`column "size_1": 1e+308 becomes +Inf before it is encrypted`: {0, 2, 1, 1e308, 0},
		`column "sun" is NaN`:                                         {0, 2, 1, 1, math.NaN()},
	} {
		if _, err := e.Encode(x); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v: got %v, want %s", x, err, want)
		}
	}
	var cell *tensor.CellError
	if _, err := e.Encode([]float64{2, 2, 1, 1, 0}); !errors.As(err, &cell) {
		t.Fatal(err)
	}
	if cell.Word = "Rom"; !strings.Contains(cell.Error(), `column "city": "Rom" is no category`) {
		t.Errorf("got %v", cell)
	}
}

// TestRangeEncloses: whatever the sample is, what is encrypted of it lies in the range that was computed.
func TestRangeEncloses(t *testing.T) {
	e := houses(t)
	rng := rand.New(rand.NewPCG(1, 2))
	lo, hi := []float64{0, 2, -1, -3, 0}, []float64{1, 3, 2, 5, 1}
	encodedLo, encodedHi := e.Range(lo, hi)
	for range 500 {
		x := e.Draw(rng, encodedLo, encodedHi)
		for i := range x {
			x[i] = min(max(x[i], lo[i]), hi[i])
		}
		if rng.IntN(3) == 0 {
			x[2] = math.NaN()
		}
		y, err := e.Encode(x)
		if err != nil {
			t.Fatalf("%v: %v", x, err)
		}
		for k := range y {
			if y[k] < encodedLo[k] || y[k] > encodedHi[k] {
				t.Fatalf("%v: element %d is %v, the range goes from %v to %v", x, k, y[k], encodedLo[k], encodedHi[k])
			}
		}
	}
	if want := []float64{0, 0, -1, -1, 0, 0}; encodedLo[2] != want[2] || encodedHi[2] != 7 || encodedLo[4] < -1e-9 || encodedHi[3] < 3 {
		t.Errorf("range from %v to %v", encodedLo, encodedHi)
	}
}

// TestPrologueStage: a prologue has no weights, and one input whose columns fit.
func TestPrologueStage(t *testing.T) {
	const head = "tensor stage=\"prologue\" file=\"m\"\n"
	for src, want := range map[string]string{
		"%0 = input name=\"x\" shape=[2]\n%1 = argmax %0 axis=0\noutput %1 name=\"y\"\n":                                                                                    "not allowed at stage prologue",
		"%0 = input name=\"x\" shape=[2] columns=[\"a\"] kinds=[\"float\"] widths=[1]\noutput %0 name=\"y\"\n":                                                              "the columns leave 1 elements",
		"%0 = input name=\"x\" shape=[2] columns=[\"a\"] kinds=[\"float\"] widths=[3]\noutput %0 name=\"y\"\n":                                                              "has width 3, 2 elements are left",
		"%0 = input name=\"x\" shape=[2] columns=[\"a\"] kinds=[\"date\"] widths=[2]\noutput %0 name=\"y\"\n":                                                               `cells of kind "date"`,
		"%0 = input name=\"x\" shape=[2] columns=[\"a\",\"b\"] kinds=[\"float\"] widths=[1,1]\noutput %0 name=\"y\"\n":                                                      "2 columns of 1 kinds",
		"%0 = input name=\"x\" shape=[1]\n%1 = lookup %0 keys=@0 values=@1 default=0\noutput %1 name=\"y\"\n@0 = AAAAAAAAAAA=\n@1 = AAAAAAAA8H8=\n":                         "",
		"%0 = input name=\"x\" shape=[1]\n%1 = lookup %0 keys=@0 values=@1 strict=2\noutput %1 name=\"y\"\n@0 = AAAAAAAAAAA=\n@1 = AAAAAAAAAAA=\n":                          "strict must be 1",
		"%0 = input name=\"x\" shape=[1]\n%1 = lookup %0 keys=@0 values=@1 default=0\noutput %1 name=\"y\"\n@0 = AAAAAAAAAAAAAAAAAAAAAA==\n@1 = AAAAAAAAAAAAAAAAAAAAAA==\n": "key 0 stands twice",
	} {
		if _, err := tensor.Parse(head + src); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", src, err, want)
		}
	}
}
