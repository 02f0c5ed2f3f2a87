package he_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hecc/internal/graphtest"
	"hecc/ir/he"
)

// layouts draws layouts of all kinds that pass Check: on one to three axes, with repetitions, gaps, rolls and
// wraps.
func layouts() *rapid.Generator[he.Layout] {
	return rapid.Custom(func(t *rapid.T) he.Layout {
		axes := make([]he.Axis, rapid.IntRange(1, 3).Draw(t, "axes"))
		size := 1
		for a := range axes {
			axes[a].Extent = rapid.IntRange(1, 9).Draw(t, "extent")
			if rapid.IntRange(0, 2).Draw(t, "wraps") == 0 {
				axes[a].Wrap = axes[a].Extent + rapid.IntRange(0, 9).Draw(t, "beyond")
			}
			size *= axes[a].Extent
		}
		size -= rapid.IntRange(0, size/axes[0].Extent-1).Draw(t, "missing")
		var dims []he.Dim
		for a, x := range axes { // these hold everything, in some order
			low := rapid.SampledFrom([]int{1, 2, 4}).Draw(t, "steps")
			dims = append(dims, he.Move(he.CeilPow2((x.Extent+low-1)/low), a, low, len(axes)), he.Move(low, a, 1, len(axes)))
		}
		for range rapid.IntRange(0, 3).Draw(t, "more") {
			d := he.Repeat(rapid.SampledFrom([]int{1, 2, 4}).Draw(t, "size"), len(axes))
			switch d.Gap = rapid.Bool().Draw(t, "gap"); {
			case d.Gap:
			case rapid.Bool().Draw(t, "moves"):
				d.Steps[rapid.IntRange(0, len(axes)-1).Draw(t, "axis")] = rapid.IntRange(0, 5).Draw(t, "step")
			}
			dims = append(dims, d)
		}
		if k := rapid.IntRange(0, len(dims)-1).Draw(t, "roll"); !dims[k].Gap {
			dims[k].Steps[0] += rapid.IntRange(0, 1).Draw(t, "by")
		}
		dims = rapid.Permutation(dims).Draw(t, "order")
		slots := 1
		for _, d := range dims[rapid.IntRange(0, len(dims)).Draw(t, "ciphertexts"):] {
			slots *= d.Size
		}
		l := he.NewLayout(size, slots, axes, dims...)
		l.Dirty = rapid.Bool().Draw(t, "dirty")
		return l
	}).Filter(func(l he.Layout) bool { return l.Check() == nil })
}

// defined is the element at a place by the definition alone.
func defined(l he.Layout, ct, slot int) int {
	at, e := ct*l.Slots+slot, 0
	index := make([]int, len(l.Axes))
	for k := len(l.Dims) - 1; k >= 0; k-- {
		digit := at % l.Dims[k].Size
		at /= l.Dims[k].Size
		if l.Dims[k].Gap && digit > 0 {
			return he.Empty
		}
		for a, s := range l.Dims[k].Steps {
			index[a] += digit * s
		}
	}
	for a, x := range l.Axes {
		if x.Wrap > 0 {
			index[a] %= x.Wrap
		}
		if index[a] >= x.Extent {
			return he.Empty
		}
		e = e*x.Extent + index[a]
	}
	if e >= l.Size {
		return he.Empty
	}
	return e
}

func TestLayoutIsWhatItsDefinitionSays(t *testing.T) {
	seen := map[string]bool{}
	rapid.Check(t, func(t *rapid.T) {
		l := layouts().Draw(t, "layout")
		full, first := true, map[int]int{}
		for ct := range l.Cts() {
			all := l.Elements(ct)
			for s := range l.Slots {
				want := defined(l, ct, s)
				if got := l.Element(ct, s); got != want || all[s] != want {
					t.Fatalf("%v: ciphertext %d, slot %d holds %d and %d, want %d", l, ct, s, got, all[s], want)
				}
				full = full && want != he.Empty
				if _, ok := first[want]; !ok {
					first[want] = ct*l.Slots + s
				}
			}
			if period := l.Period(); !slices.Equal(all[:l.Slots-period], all[period:]) {
				t.Fatalf("%v does not repeat after %d slots", l, period)
			}
		}
		if l.Full() != full {
			t.Fatalf("%v: full is %v, want %v", l, l.Full(), full)
		}
		at, err := l.Find()
		if err != nil {
			t.Fatal(err)
		}
		for e, place := range at {
			if place != first[e] {
				t.Fatalf("%v: element %d is at %d, first at %d", l, e, place, first[e])
			}
		}
		for name, is := range map[string]bool{"full": full, "rep": strings.Contains(l.String(), "rep"), "gap": strings.Contains(l.String(), "gap"),
			"mod": strings.Contains(l.String(), "mod"), "roll": strings.Contains(l.String(), "+"), "|": l.Cts() > 1} {
			seen[name] = seen[name] || is
		}
	})
	if len(seen) < 6 || slices.Contains([]bool{seen["full"], seen["rep"], seen["gap"], seen["mod"], seen["roll"], seen["|"]}, false) {
		t.Errorf("not all kinds of layouts were drawn: %v", seen)
	}
}

func TestLayoutPackAndUnpack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := layouts().Draw(t, "layout")
		x := graphtest.Vector(graphtest.Rand(t), l.Size, 1)
		cts := l.Pack(x)
		if len(cts) != l.Cts() {
			t.Fatalf("%d ciphertexts, want %d", len(cts), l.Cts())
		}
		for ct, slots := range cts {
			for s, got := range slots {
				want := 0.0
				if e := defined(l, ct, s); e != he.Empty {
					want = x[e]
				}
				if got != want {
					t.Fatalf("ciphertext %d, slot %d holds %v, want %v", ct, s, got, want)
				}
			}
		}
		got, err := l.Unpack(cts)
		if err != nil || !slices.Equal(got, x) {
			t.Fatalf("%v came back as %v: %v", x, got, err)
		}
	})
}

func TestLayoutTextAndJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := layouts().Draw(t, "layout")
		if got, err := he.ParseLayout(l.String()); err != nil || !got.Equal(l) {
			t.Fatalf("%v came back as %v: %v", l, got, err)
		}
		b, err := json.Marshal(l)
		if err != nil {
			t.Fatal(err)
		}
		var got he.Layout
		if err := json.Unmarshal(b, &got); err != nil || !got.Equal(l) {
			t.Fatalf("%s came back as %v: %v", b, got, err)
		}
	})
	for _, s := range []string{"", "3", "x: [4:i]", "3, i<3: [4:j]", "3, j<3: [4:j]", "3, i<3: [4:i", "3, i<3:  [4:i]", "3, i<3: [4:i] clean", "3, i<3: [04:i]",
		"3, i<3: [4:+i]", "3, i<3: [4:1i]", "3, i<3: [1:i] [4:rep]", "3, i<3: [4:-1i]", "3, i<3: [400000:i]", "3, i<3: [4:i] | | [2:i]",
		"3, i<3: " + strings.Repeat("[2:i] ", 40), "3, i<3: " + strings.Repeat("[100000:i] ", 4), "3, i<3 mod -1: [4:i]"} {
		if l, err := he.ParseLayout(s); err == nil {
			t.Errorf("%q was read as %v", s, l)
		}
	}
}

// TestLayoutsByHand spells layouts out as the slots of their ciphertexts; - is none.
func TestLayoutsByHand(t *testing.T) {
	strided := he.NewLayout(2, 8, []he.Axis{{Extent: 2}}, he.Repeat(2, 1), he.Move(2, 0, 1, 1), he.Gap(2, 1))
	shifted := func(size int) he.Layout {
		return he.Vector(size, 8, size, 4, he.Move(4, 1, 1, 2), he.Move(2, 1, 1, 2))
	}
	image := []he.Axis{{Extent: 3}, {Extent: 3}}
	for name, c := range map[string]struct {
		l          he.Layout
		text, want string
	}{
		"periodic":      {he.Periodic(3, 8), "3, i<3: [2:rep] [4:i]", "012- 012-"},
		"one element":   {he.Periodic(1, 4), "1: [4:rep]", "0000"},
		"several":       {he.Periodic(11, 8), "11, i<2, j<8: [2:i] | [8:j]", "01234567 89:-----"},
		"single slots":  {he.Periodic(3, 1), "3, i<3: [3:i] |", "012"},
		"strided":       {strided, "2, i<2: [2:rep] [2:i] [2:gap]", "0-1-0-1-"},
		"shifted":       {shifted(4), "4, i<4 mod 4: [4:i] [2:i]", "01 12 23 30"},
		"shifted, gaps": {shifted(3), "3, i<3 mod 4: [4:i] [2:i]", "01 12 2- -0"},
		"a gap by extent": {he.NewLayout(1, 4, []he.Axis{{Extent: 1}}, he.Move(4, 0, 1, 1)),
			"1: [4:gap]", "0---"},
		"merged": {he.NewLayout(6, 8, []he.Axis{{Extent: 6}}, he.Move(2, 0, 4, 1), he.Move(1, 0, 9, 1), he.Move(4, 0, 1, 1)),
			"6, i<6: [8:i]", "012345--"},
		"raster of 3x3 in 4x4": {he.NewLayout(9, 16, image, he.Move(4, 0, 1, 2), he.Move(4, 1, 1, 2)),
			"9, i<3, j<3: [4:i] [4:j]", "012- 345- 678- ----"},
		"its four phases": {he.NewLayout(9, 16, image, he.Move(2, 0, 1, 2), he.Move(2, 1, 1, 2), he.Move(2, 0, 2, 2), he.Move(2, 1, 2, 2)),
			"9, i<3, j<3: [2:i] [2:j] [2:2i] [2:2j]", "0268 1-7- 35-- 4---"},
		"phases in ciphertexts": {he.NewLayout(9, 4, image, he.Move(2, 0, 1, 2), he.Move(2, 1, 1, 2), he.Move(2, 0, 2, 2), he.Move(2, 1, 2, 2)),
			"9, i<3, j<3: [2:i] [2:j] | [2:2i] [2:2j]", "0268 1-7- 35-- 4---"},
		"channels in slots": {he.NewLayout(8, 16, []he.Axis{{Extent: 2}, {Extent: 2}, {Extent: 2}}, he.Move(2, 0, 1, 3), he.Move(2, 1, 1, 3), he.Gap(2, 3), he.Move(2, 2, 1, 3)),
			"8, i<2, j<2, k<2: [2:i] [2:j] [2:gap] [2:k]", "01--23-- 45--67--"},
		"channels in the gaps": {he.NewLayout(8, 8, []he.Axis{{Extent: 2}, {Extent: 2}, {Extent: 2}}, he.Move(2, 1, 1, 3), he.Move(2, 2, 1, 3), he.Move(2, 0, 1, 3)),
			"8, i<2, j<2, k<2: [2:j] [2:k] [2:i]", "0415 2637"},
		"a matrix by diagonals": {he.NewLayout(9, 16, []he.Axis{{Extent: 3, Wrap: 4}, {Extent: 3}}, he.Move(4, 0, 1, 2), he.Dim{Size: 4, Steps: []int{1, 1}}),
			"9, i<3 mod 4, j<3: [4:i] [4:i+j]", "048- 37-- 6-2- -15-"},
	} {
		if err := c.l.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := c.l.String(); got != c.text {
			t.Errorf("%s: prints %s, want %s", name, got, c.text)
		}
		got := ""
		for ct := range c.l.Cts() {
			for _, e := range c.l.Elements(ct) {
				if e == he.Empty {
					got += "-"
				} else {
					got += string(rune('0' + e))
				}
			}
		}
		if want := strings.ReplaceAll(c.want, " ", ""); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// TestLayoutsOfConvolutions holds the layouts that convolutions are planned with.
func TestLayoutsOfConvolutions(t *testing.T) {
	for text, elements := range map[string]map[[2]int]int{ // element by ciphertext and slot
		// 28x28 in four phases of 14x14, each in a raster of 16x16, once for each of eight maps
		"784, i<28, j<28: [2:i] [2:j] [8:rep] [16:2i] [16:2j]": {{0, 0}: 0, {0, 256 * 7}: 0, {0, 1}: 2, {0, 16}: 56, {0, 14}: he.Empty,
			{0, 2048 + 256*3 + 5*16 + 6}: 10*28 + 13, {0, 3*2048 + 13*16 + 13}: 783},
		// six maps of 12x12 in rasters of 32x32, of which every second row and column is used
		"864, i<6, j<12, k<12: [8:i] [16:j] [2:gap] [16:k] [2:gap]": {{0, 5*1024 + 11*64 + 11*2}: 863, {0, 1}: he.Empty, {0, 32}: he.Empty, {0, 64}: 12},
		// today's input of a dense layer: 64 copies, each 13 elements further
		"784, i<784 mod 832: [64:13i] [128:i]": {{0, 127}: 127, {0, 128}: 13, {0, 63*128 + 12}: he.Empty, {0, 63*128 + 13}: 0},
	} {
		l, err := he.ParseLayout(text)
		if err == nil {
			err = l.Check()
		}
		if err != nil {
			t.Error(err)
			continue
		}
		for at, want := range elements {
			if got := l.Element(at[0], at[1]); got != want {
				t.Errorf("%s: slot %d of ciphertext %d holds %d, want %d", text, at[1], at[0], got, want)
			}
		}
	}
}
