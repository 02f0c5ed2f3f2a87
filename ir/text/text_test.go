package text_test

import (
	"math"
	"os"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hecc/internal/graphtest"
	"hecc/ir/diag"
	"hecc/ir/text"
)

func TestMain(m *testing.M) { os.Exit(graphtest.Main(m, 300)) }

// finite draws numbers of all sizes, whole ones among them.
func finite() *rapid.Generator[float64] {
	return rapid.OneOf(
		rapid.Float64Range(-math.MaxFloat64, math.MaxFloat64),
		rapid.Map(rapid.IntRange(-1e9, 1e9), func(n int) float64 { return float64(n) }),
		rapid.SampledFrom([]float64{0, math.Copysign(0, -1), 1 << 53, 1e21, math.SmallestNonzeroFloat64, -math.MaxFloat64}),
	)
}

func words() *rapid.Generator[string] { return rapid.StringMatching(`[a-zA-Z_.][a-zA-Z0-9_.]{0,6}`) }

// anyString holds quotes, line ends and bytes that are no UTF-8, too.
func anyString() *rapid.Generator[string] {
	return rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 5), func(b []byte) string { return string(b) }),
		rapid.SampledFrom([]string{"\n@0 = ", `"`, " ; 1 "}))
}

func anyValue() *rapid.Generator[any] {
	return rapid.OneOf(
		rapid.Int().AsAny(),
		finite().AsAny(),
		anyString().AsAny(),
		rapid.SliceOfN(rapid.Int(), 0, 4).AsAny(),
		rapid.SliceOfN(finite(), 0, 4).AsAny(),
		rapid.SliceOfN(anyString(), 0, 4).AsAny(),
		rapid.Map(rapid.SliceOfN(finite(), 0, 4), func(v []float64) text.Blob { return v }).AsAny(),
	)
}

func anyLine() *rapid.Generator[text.Line] {
	return rapid.Custom(func(t *rapid.T) text.Line {
		l := text.Line{ID: rapid.IntRange(text.NoResult, 1000).Draw(t, "id"), Op: words().Draw(t, "op")}
		l.Args = rapid.SliceOfN(rapid.IntRange(0, math.MaxInt32), 0, 3).Draw(t, "args")
		for range rapid.IntRange(0, 4).Draw(t, "attributes") {
			l.Attrs = append(l.Attrs, text.Attr{Key: words().Draw(t, "key"), Value: anyValue().Draw(t, "value")})
		}
		if rapid.Bool().Draw(t, "has position") {
			l.Pos = diag.Pos{Node: rapid.IntRange(0, 1e6).Draw(t, "node"), Name: anyString().Draw(t, "name"), Op: words().Draw(t, "operator")}
		}
		return l
	})
}

// readBack reads an attribute as the type that was printed.
func readBack(a *text.Attrs, key string, like any) any {
	switch like.(type) {
	case int:
		return a.Int(key)
	case float64:
		return a.Float(key)
	case string:
		return a.String(key)
	case []int:
		return a.Ints(key)
	case []float64:
		return a.Floats(key)
	case []string:
		return a.Strings(key)
	}
	return a.Blob(key)
}

func TestParseInvertsPrint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := &text.Document{Lines: rapid.SliceOfN(anyLine(), 0, 5).Draw(t, "lines")}
		printed := d.Print()
		got, err := text.Parse(printed)
		if err != nil {
			t.Fatalf("%v in\n%s", err, printed)
		}
		if again := got.Print(); again != printed {
			t.Fatalf("prints\n%s\nthen\n%s", printed, again)
		}
		if len(got.Lines) != len(d.Lines) {
			t.Fatalf("%d lines became %d", len(d.Lines), len(got.Lines))
		}
		for i := range d.Lines {
			compareLines(t, &got.Lines[i], &d.Lines[i])
		}
	})
}

func compareLines(t *rapid.T, got, want *text.Line) {
	if got.ID != want.ID || got.Op != want.Op || got.Pos != want.Pos || !same(got.Args, want.Args) {
		t.Fatalf("got %+v, want %+v", got, want)
	}
	a := got.Read()
	for _, w := range want.Attrs {
		if v := readBack(a, w.Key, w.Value); !same(v, w.Value) {
			t.Fatalf("attribute %s: got %#v, want %#v (%v)", w.Key, v, w.Value, a.Err())
		}
	}
	if err := a.Done(); err != nil {
		t.Fatal(err)
	}
}

// same is equality that takes nil and empty for the same.
func same(a, b any) bool {
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	if x.Kind() == reflect.Slice && x.Len() == 0 && y.Kind() == reflect.Slice {
		return y.Len() == 0
	}
	return reflect.DeepEqual(a, b)
}

func TestBlobsKeepEveryBit(t *testing.T) {
	in := text.Blob{math.NaN(), math.Float64frombits(0x7ff8000000000123), math.Inf(-1), math.Copysign(0, -1)}
	out, err := text.Floats(text.Bytes(in))
	if err != nil {
		t.Fatal(err)
	}
	for i := range in {
		if math.Float64bits(in[i]) != math.Float64bits(out[i]) {
			t.Errorf("%x became %x", math.Float64bits(in[i]), math.Float64bits(out[i]))
		}
	}
}

func TestSplitAndJoin(t *testing.T) {
	d := &text.Document{Lines: []text.Line{
		{ID: 0, Op: "a", Attrs: []text.Attr{{Key: "x", Value: text.Blob{1, 2}}, {Key: "y", Value: text.Blob{3}}}},
	}}
	body, blobs := d.Split()
	if body != "%0 = a x=@0 y=@1\n" || len(blobs) != 2 {
		t.Fatalf("split into %q and %v", body, blobs)
	}
	if _, err := text.Join(body, blobs); err != nil {
		t.Error(err)
	}
	for _, wrong := range [][]text.Blob{nil, blobs[:1], append(blobs[:2:2], nil)} {
		if _, err := text.Join(body, wrong); err == nil {
			t.Errorf("joined with %d blobs", len(wrong))
		}
	}
}

func TestParseErrors(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{"\n", "line 1: expected an operation at \"\""},
		{"a\n%x = b\n", `line 2: expected a number, found "x = b"`},
		{"%01 = b\n", `expected a number, found "01 = b"`},
		{"%99999999999 = b\n", "expected a number"},
		{"%0: b\n", "expected ` = ` at \": b\""},
		{"%0 = b!\n", `unexpected "!"`},
		{"a  b=1\n", `expected an attribute at " b=1"`},
		{"a b\n", `expected an attribute at ""`},
		{"a b=\n", `expected a finite number, found ""`},
		{"a b=NaN\n", `expected a finite number, found "NaN"`},
		{"a b=1e999\n", `expected a finite number, found "1e999"`},
		{"a b=1.0\n", `number "1.0" is not in its printed form`},
		{"a b=007\n", `number "007" is not in its printed form`},
		{"a b=0x1p3\n", `number "0x1p3" is not in its printed form`},
		{"a b=\"x\n", `expected a quoted string at "\"x"`},
		{"a b=\"\\x41\"\n", `is not in its printed form`},
		{"a b=[1,\"x\"]\n", "list of strings and numbers"},
		{"a b=[1;2]\n", `expected a finite number, found "1;2"`},
		{"a b=[1\n", "expected `,` or `]`"},
		{"a b=@0\n", "blob @0 is missing or out of order"},
		{"a b=@1\n@0 = \n@1 = \n", "blob @1 is missing or out of order"},
		{"a\n@0 = \n", "1 blobs given, 0 used"},
		{"a b=@0\n@1 = \n", "expected a definition of blob @0"},
		{"a b=@0\n@0 = AAA\n", "blob @0: illegal base64 data"},
		{"a b=@0\n@0 = AAAA\n", "blob of 3 bytes is not a whole number of float64"},
		{"a ; 0 \"n\"\n", "expected a position at \"\""},
		{"a ; 0 \"n\" \"\"\n", "position without an operator"},
		{"a ; -1 \"n\" \"Op\"\n", "expected a number"},
	} {
		_, err := text.Parse(c.src)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: got %v, want %s", c.src, err, c.want)
		}
	}
}

// TestParseRejectsOtherForms lists texts that mean something, but that Print writes in another way.
func TestParseRejectsOtherForms(t *testing.T) {
	for _, src := range []string{
		"a",
		"a b=1 %0\n",
		"a ; 0 \"n\" \"Op\" b=1\n",
		"a ; 0 \"n\" \"Op\" ; 1 \"n\" \"Op\"\n",
		"a b=@0\n@0 = AAAAAAAA8D9=\n",
		"a b=@0\n@0 = AAAAAAAA\r8D8=\n",
		"a b=@0\n@0 = AAAAAAAA8D8=",
	} {
		if d, err := text.Parse(src); err == nil {
			t.Errorf("%q is read as %q", src, d.Print())
		}
	}
}

func TestAttributeErrors(t *testing.T) {
	d, err := text.Parse("a i=1 f=0.5 s=\"x\" is=[1,2] fs=[0.5] ss=[\"x\"] b=@0\n@0 = AAAAAAAA8D8=\n")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		read func(a *text.Attrs)
		want string
	}{
		"missing":           {func(a *text.Attrs) { a.Int("x") }, `attribute "x" is missing`},
		"missing float":     {func(a *text.Attrs) { a.Float("x") }, `attribute "x" is missing`},
		"missing floats":    {func(a *text.Attrs) { a.Floats("x") }, `attribute "x" is missing`},
		"missing strings":   {func(a *text.Attrs) { a.Strings("x") }, `attribute "x" is missing`},
		"int of float":      {func(a *text.Attrs) { a.Int("f") }, `attribute "f" has the wrong type`},
		"float of string":   {func(a *text.Attrs) { a.Float("s") }, `attribute "s" has the wrong type`},
		"floats of strings": {func(a *text.Attrs) { a.Floats("ss") }, `attribute "ss" has the wrong type`},
		"strings of ints":   {func(a *text.Attrs) { a.Strings("is") }, `attribute "is" has the wrong type`},
		"strings of blob":   {func(a *text.Attrs) { a.Strings("b") }, `attribute "b" has the wrong type`},
		"ints of floats":    {func(a *text.Attrs) { a.Ints("fs") }, `attribute "fs" has the wrong type`},
		"twice":             {func(a *text.Attrs) { a.Int("i"); a.Int("i") }, `attribute "i" is missing`},
		"first of two":      {func(a *text.Attrs) { a.Int("i"); a.Int("y"); a.Float("s") }, `attribute "y" is missing`},
		"unread":            {func(a *text.Attrs) { a.Int("i") }, `unexpected attribute "f"`},
	} {
		a := d.Lines[0].Read()
		c.read(a)
		if err := a.Done(); err == nil || err.Error() != c.want {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, src := range []string{
		"", "a\n", "%0 = b %1 k=@0 ; 3 \"/n\" \"Gemm\"\noutput %0 name=\"y\"\n@0 = AAAAAAAA8D8=\n",
		"x a=[1,0.5] b=[\"q\"] c=[] d=-0 e=1e+21\n",
	} {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		d, err := text.Parse(src)
		if err != nil {
			return
		}
		if again := d.Print(); again != src {
			t.Errorf("%q prints as %q", src, again)
		}
	})
}
