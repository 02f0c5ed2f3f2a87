package he_test

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hecc/ir/he"
)

func TestParseInvertsPrint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCircuit(t)
		sameCircuit(t, c)
	})
	t.Run("planned", func(t *testing.T) { sameCircuit(t, planned(t)) })
}

// sameCircuit checks that a circuit survives being printed and parsed.
func sameCircuit(t rapid.TB, c *he.Circuit) {
	printed := c.Print()
	got, err := he.Parse(printed)
	if err != nil {
		t.Fatalf("%v in\n%s", err, printed)
	}
	if again := got.Print(); again != printed {
		t.Fatalf("prints\n%s\nthen\n%s", printed, again)
	}
	if got.File != c.File || got.Stage != c.Stage || got.Slots != c.Slots || !got.Input.Equal(c.Input) || !got.Output.Equal(c.Output) ||
		!reflect.DeepEqual(got.Params, c.Params) || len(got.Values) != len(c.Values) || len(got.Outputs) != len(c.Outputs) {
		t.Fatalf("got %+v, want %+v", got, c)
	}
	for i, want := range c.Values {
		v := got.Values[i]
		if v.ID != want.ID || v.Pos != want.Pos || v.Degree != want.Degree || v.Level != want.Level || v.Scale != want.Scale ||
			!reflect.DeepEqual(v.Op.Meaning(), want.Op.Meaning()) || len(v.In) != len(want.In) {
			t.Fatalf("got %+v, want %+v", v, want)
		}
		for k := range want.In {
			if v.In[k].ID != want.In[k].ID {
				t.Fatalf("%%%d: operand %d is %%%d, want %%%d", i, k, v.In[k].ID, want.In[k].ID)
			}
		}
	}
	for i := range c.Outputs {
		if got.Outputs[i].ID != c.Outputs[i].ID {
			t.Fatalf("output %d is %%%d, want %%%d", i, got.Outputs[i].ID, c.Outputs[i].ID)
		}
	}
}

const (
	tiny     = "circuit stage=\"packed\" file=\"m.onnx\" slots=4 lanes=1\n"
	layout   = "layout layout=\"4, i<4: [4:i]\"\n"
	tinyHead = tiny + "input" + layout + "output" + layout
	tinyIn   = tinyHead + "%0 = input index=0\n"
	blob     = "@0 = AAAAAAAA8D8=\n"
	params   = "params logn=11 ring=\"conjugate-invariant\" q=[\"12289\"] p=[\"12289\"]\n"
)

func TestParseErrors(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{tinyIn + "output %0\n", ""},
		{"", "not a circuit"},
		{"tensor\na\nb\n", "not a circuit"},
		{"circuit slots=4 lanes=1\na\nb\n", `attribute "stage" is missing`},
		{tiny + "a\nb\n", "line 2 (a): unknown declaration"},
		{tiny + "inputlayout size=4\nb\n", `line 2 (inputlayout): attribute "layout" is missing`},
		{tiny + "inputlayout layout=\"4, i<4: [04:i]\"\nb\n", `line 2 (inputlayout): layout "4, i<4: [04:i]": not in its printed form`},
		{tinyHead, "input ciphertext 0 is never read"},
		{tinyIn, "0 outputs, the layout has 1 ciphertexts"},
		{tinyIn + "output %1\n", "line 5 (output): operand %1 is not defined"},
		{tinyIn + "output %0 %0\n", "line 5 (output): unknown declaration"},
		{tinyIn + "output %0\n%1 = relin %0\n", "line 6 (relin): value %1 is out of order"},
		{tinyIn + "%1 = bootstrap %0\n", "line 5 (bootstrap): unknown operation"},
		{tinyIn + "%1 = add %0\n", "%1 add: has 1 operands"},
		{tinyIn + "%1 = relin\noutput %1\n", "%1 relin: has 0 operands"},
		{tinyIn + "%1 = relin %0 level=1\noutput %1\n", `line 5 (relin): unexpected attribute "level"`},
		{tinyIn + "%1 = fold %0 steps=[]\noutput %1\n", "%1 fold: has no steps"},
		{tinyIn + "%1 = fold %0 steps=[0,0]\noutput %1\n", "rotation 0 out of range or repeated"},
		{tinyIn + "%1 = linear args=[] babies=[] giants=[]\noutput %1\n", "%1 linear: has no terms"},
		{tinyIn + "%1 = linear %0 args=[0] babies=[] giants=[0]\n", "1 operands, 0 babies, 1 giants"},
		{tinyIn + "%1 = linear %0 args=[-1] babies=[0] giants=[0] weights=@0\noutput %1\n" + blob, "term of operand -1 of 1"},
		{tinyIn + "%1 = linear %0 args=[1] babies=[0] giants=[0] weights=@0\noutput %1\n" + blob, "term of operand 1 of 1"},
		{tinyIn + "%1 = linear %0 args=[0] babies=[-1] giants=[0] weights=@0\noutput %1\n" + blob, "rotation (-1, 0) out of range"},
		{tinyIn + params + "output %0\n", "packed with parameters"},
		{strings.Replace(tinyIn, "packed", "x", 1) + "output %0\n", `unknown stage "x"`},
		{strings.Replace(tinyHead, "packed", "planned", 1) + "%0 = input index=0 level=0 scale=1\noutput %0\n", "planned without parameters"},
		{strings.Replace(tinyHead, "packed", "planned", 1) + params + "%0 = input index=0 level=0 scale=1\noutput %0\n", "modulus 12289 is not 1 modulo 8192"},
		{tinyHead + strings.Replace(params, `"12289"`, `"012289"`, 1), `modulus "012289" is no number`},
		{tinyHead + strings.Replace(params, `"12289"`, `"99999999999999999999"`, 1), "is no number"},
		{strings.Replace(tinyHead, "packed", "planned", 1) + strings.Replace(params, "11", "-1", 1) + "%0 = input index=0 level=0 scale=1\noutput %0\n", "ring degree 2^-1"},
	} {
		_, err := he.Parse(c.src)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: got %v, want %s", c.src, err, c.want)
		}
	}
}

// maxSeed is the length of programs to start fuzzing from: minimising takes time with its square.
const maxSeed = 250

func FuzzParse(f *testing.F) {
	for seed := range 200 {
		if src := rapid.Custom(drawCircuit).Example(seed).Print(); len(src) < maxSeed {
			f.Add(src)
		}
	}
	f.Add(tinyIn + params + "output %0\n")
	f.Fuzz(func(t *testing.T, src string) {
		c, err := he.Parse(src)
		if err != nil {
			return
		}
		printed := c.Print()
		again, err := he.Parse(printed)
		if err != nil || again.Print() != printed {
			t.Errorf("%q prints as %q (%v)", src, printed, err)
		}
		// What Verify accepts can be evaluated.
		inputs := make([][]float64, c.Input.Cts())
		for i := range inputs {
			inputs[i] = make([]float64, c.Slots)
		}
		if c.Slots*len(c.Values) < 1<<16 {
			if _, err := c.Eval(inputs, nil); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestParamsPrintEveryBit(t *testing.T) {
	c := planned(t)
	c.Params.Q[0] = math.MaxUint64
	if !strings.Contains(c.Print(), `"18446744073709551615"`) {
		t.Error("a modulus of 64 bits is not printed")
	}
}
