package codec

import (
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"hecc/ir/diag"
	"hecc/ir/he"
	"hecc/ir/params"
	"hecc/ir/plan"
	"hecc/ir/tensor"
)

// classifier takes 3 numbers and gives 3 scores, whose argmax is a label.
func classifier(t *testing.T, outputs func(g *tensor.Graph, scores *tensor.Node)) *Codec {
	t.Helper()
	g := tensor.New("m.onnx", tensor.Epilogue)
	scores := g.MustAdd(diag.Pos{}, tensor.Input{Label: "y", Shape: []int{3}})
	outputs(g, scores)
	p := params.Params{LogN: 11, Ring: params.Standard, P: []uint64{40961}}
	q, err := params.NewPrimes(p.NthRoot()).Nearest(36)
	if err != nil {
		t.Fatal(err)
	}
	p.Q = []uint64{q}
	l := he.Layout{Size: 3, Slots: p.Slots(), PerCt: 4, Block: 4, Stride: 1, Mod: 4}
	port := plan.Port{Shape: []int{3}, Layout: l, Scale: 1 << 34}
	c, err := NewCodec(&plan.Interface{
		Lanes: 1, Security: 128, Rounding: 0x1p-24, Keys: he.Keys{Relin: he.NoKey},
		Params: p, Input: port, Output: port, Prologue: "tensor stage=\"prologue\" file=\"m.onnx\"\n%0 = input name=\"x\" shape=[3]\noutput %0 name=\"encrypted\"\n", Epilogue: g.Print(),
		Box: plan.Box{Lo: []float64{-1, -1, 0}, Hi: []float64{1, 1, 2}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func labels(g *tensor.Graph, scores *tensor.Node) {
	soft := g.MustAdd(diag.Pos{}, tensor.Softmax{Axis: 0}, scores)
	best := g.MustAdd(diag.Pos{}, tensor.ArgMax{Axis: 0}, soft)
	label := g.MustAdd(diag.Pos{}, tensor.Label{Strings: []string{"cat", "dog", "emu"}}, best)
	zip := g.MustAdd(diag.Pos{}, tensor.ZipMap{Ints: []int{7, 8, 9}}, soft)
	g.Outputs = []tensor.Output{{Name: "label", Node: label}, {Name: "probabilities", Node: zip}}
}

func TestCheck(t *testing.T) {
	c := classifier(t, labels)
	for _, bad := range []struct {
		x    []float64
		want string
	}{
		{[]float64{1}, "the sample has 1 elements, the model takes 3"},
		{[]float64{0, math.NaN(), 0}, "element 1 is NaN"},
		{[]float64{0, math.Inf(1), 0}, "element 1 is +Inf"},
		{[]float64{-1.5, 0, 3}, "element 2 is 3, the plan was made for inputs from 0 to 2 there"},
	} {
		if err := c.Check(bad.x); err == nil || !strings.Contains(err.Error(), bad.want) {
			t.Errorf("%v: error %v, expected %q", bad.x, err, bad.want)
		}
	}
	var r *RangeError
	if err := c.Check([]float64{0, -3, 0}); !errors.As(err, &r) || *r != (RangeError{Element: 1, Value: -3, Lo: -1, Hi: 1}) {
		t.Errorf("got %#v", r)
	}
	if err := c.Check([]float64{1, -1, 2}); err != nil {
		t.Error(err)
	}
}

func TestPackUnpack(t *testing.T) {
	c := classifier(t, labels)
	slots, err := c.Pack([]float64{0.1, 0.9, 0.2})
	if err != nil {
		t.Fatal(err)
	}
	if len(slots) != 1 || slots[0][5] != 0.9 || slots[0][3] != 0 {
		t.Errorf("packed %v", slots[0][:8])
	}
	r, err := c.Unpack(slots)
	if err != nil {
		t.Fatal(err)
	}
	label, probabilities := r.Outputs[0], r.Outputs[1]
	if label.Name != "label" || !reflect.DeepEqual(label.Labels, []string{"dog"}) || label.Values[0] != 1 {
		t.Errorf("label %+v", label)
	}
	if !reflect.DeepEqual(probabilities.Keys, []string{"7", "8", "9"}) || math.Abs(probabilities.Values[1]-0.514) > 1e-3 {
		t.Errorf("probabilities %+v", probabilities)
	}
	if !label.Steps || probabilities.Steps {
		t.Errorf("the label comes in steps: %v, the probabilities: %v", label.Steps, probabilities.Steps)
	}
	if !reflect.DeepEqual(r.Primary, probabilities.Values) {
		t.Errorf("primary %v", r.Primary)
	}
	if _, err := c.Unpack(nil); err == nil {
		t.Error("no ciphertexts are taken")
	}
}

// TestOutOfRangeTravelsAlone: a sample outside the box shares no run, and results come back in the caller's
// order.
func TestOutOfRangeTravelsAlone(t *testing.T) {
	c := classifier(t, labels)
	c.plan.Lanes = 2
	c.plan.Output.Layout.Slots /= 2
	c.plan.Input.Layout.Slots /= 2
	samples := [][]float64{{0, 0, 9}, {0.1, 0, 0}, {0.2, 0, 0}, {-5, 0, 0}, {0.3, 0, 0}}
	runs, err := c.Runs(samples)
	if err != nil {
		t.Fatal(err)
	}
	var groups [][]int
	for _, r := range runs {
		groups = append(groups, r.Samples)
	}
	if want := [][]int{{1, 2}, {4}, {0}, {3}}; !reflect.DeepEqual(groups, want) {
		t.Fatalf("runs of samples %v, expected %v", groups, want)
	}
	for lane, s := range groups[0] {
		if got := runs[0].Slots[0][lane]; got != samples[s][0] {
			t.Errorf("lane %d holds %v, sample %d has %v", lane, got, s, samples[s][0])
		}
	}
	results, err := c.Results(runs) // as if the server had returned its input
	if err != nil {
		t.Fatal(err)
	}
	for s, r := range results {
		want, err := c.Finish(samples[s])
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(r, want) {
			t.Errorf("sample %d: %v, expected %v", s, r, want)
		}
	}
}

// TestMisuse gives the codec what no caller should: each is an error.
func TestMisuse(t *testing.T) {
	if _, err := NewCodec(nil); err == nil {
		t.Error("no plan is taken")
	}
	c := classifier(t, labels)
	slots, err := c.Pack([]float64{0, 0, 0})
	if err != nil {
		t.Fatal(err)
	}
	for name, misuse := range map[string]func() error{
		"pack a short sample": func() error { _, err := c.Pack([]float64{1}); return err },
		"pack NaN":            func() error { _, err := c.Pack([]float64{0, math.NaN(), 0}); return err },
		"runs of none":        func() error { _, err := c.Runs([][]float64{nil}); return err },
		"short slots":         func() error { _, err := c.Unpack([][]float64{{1}}); return err },
		"finish too few":      func() error { _, err := c.Finish(nil); return err },
		"a sample twice": func() error {
			_, err := c.Results([]Run{{[]int{0}, slots}, {[]int{0}, slots}})
			return err
		},
		"a sample beyond": func() error { _, err := c.Results([]Run{{[]int{1}, slots}}); return err },
		"two in one lane": func() error { _, err := c.Results([]Run{{[]int{0, 1}, slots}}); return err },
		"no slots":        func() error { _, err := c.Results([]Run{{[]int{0}, nil}}); return err },
	} {
		if misuse() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
