package he_test

import (
	"runtime"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hecc/internal/graphtest"
	"hecc/ir/he"
)

// layouts draws layouts of all kinds that pass Check.
func layouts() *rapid.Generator[he.Layout] {
	return rapid.Custom(func(t *rapid.T) he.Layout {
		slots := 1 << rapid.IntRange(0, 6).Draw(t, "log slots")
		block := 1 << rapid.IntRange(0, 6).Draw(t, "log block")
		return he.Layout{
			Slots: slots, Block: min(block, slots),
			Size:   rapid.IntRange(1, 3*slots).Draw(t, "size"),
			PerCt:  rapid.IntRange(1, slots).Draw(t, "per ciphertext"),
			Stride: 1 << rapid.IntRange(0, 3).Draw(t, "log stride"),
			Shift:  rapid.IntRange(0, 5).Draw(t, "shift"),
			Mod:    rapid.IntRange(1, slots).Draw(t, "mod"),
			Dirty:  rapid.Bool().Draw(t, "dirty"),
		}
	}).Filter(func(l he.Layout) bool { return l.Check() == nil })
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
				if e := l.Element(ct, s); e != he.Empty {
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

func TestLayoutFind(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := layouts().Draw(t, "layout")
		at, err := l.Find()
		if err != nil {
			t.Fatal(err)
		}
		for e, place := range at {
			first := he.Empty
			for p := 0; p < l.Cts()*l.Slots && first == he.Empty; p++ {
				if l.Element(p/l.Slots, p%l.Slots) == e {
					first = p
				}
			}
			if place != first {
				t.Fatalf("element %d is at %d, first at %d", e, place, first)
			}
		}
	})
}

// TestLayoutElement spells layouts out as the slots of one ciphertext.
func TestLayoutElement(t *testing.T) {
	const none = he.Empty
	for name, c := range map[string]struct {
		l    he.Layout
		want []int
	}{
		"periodic":      {he.Periodic(3, 8), []int{0, 1, 2, none, 0, 1, 2, none}},
		"several":       {he.Periodic(11, 8), []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, none, none, none, none, none}},
		"strided":       {he.Layout{Size: 2, Slots: 8, PerCt: 2, Block: 4, Stride: 2, Mod: 2}, []int{0, none, 1, none, 0, none, 1, none}},
		"shifted":       {he.Layout{Size: 4, Slots: 8, PerCt: 4, Block: 2, Stride: 1, Shift: 1, Mod: 4}, []int{0, 1, 1, 2, 2, 3, 3, 0}},
		"shifted, gaps": {he.Layout{Size: 3, Slots: 8, PerCt: 3, Block: 2, Stride: 1, Shift: 1, Mod: 4}, []int{0, 1, 1, 2, 2, none, none, 0}},
	} {
		if err := c.l.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var got []int
		for p := range c.l.Cts() * c.l.Slots {
			got = append(got, c.l.Element(p/c.l.Slots, p%c.l.Slots))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestLayoutCheckRejects(t *testing.T) {
	good := he.Layout{Size: 4, Slots: 8, PerCt: 4, Block: 4, Stride: 1, Mod: 4}
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(l *he.Layout){
		"zero":                      func(l *he.Layout) { *l = he.Layout{} },
		"no elements":               func(l *he.Layout) { l.Size = 0 },
		"negative size":             func(l *he.Layout) { l.Size = -1 },
		"huge size":                 func(l *he.Layout) { l.Size = 1 << 40 },
		"no slots":                  func(l *he.Layout) { l.Slots = 0 },
		"slots not a power of two":  func(l *he.Layout) { l.Slots = 12 },
		"too many slots":            func(l *he.Layout) { l.Slots = 1 << 18 },
		"nothing in a ciphertext":   func(l *he.Layout) { l.PerCt = 0 },
		"more elements than slots":  func(l *he.Layout) { l.Size, l.PerCt, l.Mod = 16, 16, 16 },
		"block no divisor":          func(l *he.Layout) { l.Block = 3 },
		"no block":                  func(l *he.Layout) { l.Block = 0 },
		"no stride":                 func(l *he.Layout) { l.Stride = 0 },
		"stride hides elements":     func(l *he.Layout) { l.Stride = 2 },
		"negative shift":            func(l *he.Layout) { l.Shift = -1 },
		"shift above mod":           func(l *he.Layout) { l.Shift = 5 },
		"no mod":                    func(l *he.Layout) { l.Mod = 0 },
		"mod hides elements":        func(l *he.Layout) { l.Mod = 3 },
		"block hides elements":      func(l *he.Layout) { l.Block = 2 },
		"too many ciphertexts":      func(l *he.Layout) { l.Size, l.PerCt = 1<<13, 1 },
		"huge and holding too much": func(l *he.Layout) { l.Size, l.PerCt = 1<<27, 1<<16 },
	} {
		l := good
		change(&l)
		if err := l.Check(); err == nil {
			t.Errorf("%s: accepted", name)
		} else if strings.Contains(err.Error(), "PANIC") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestLayoutCheckIsCheap: the bytes of a client file must not decide how much memory reading it takes.
func TestLayoutCheckIsCheap(t *testing.T) {
	l := he.Layout{Size: 1 << 27, Slots: 1 << 17, PerCt: 1 << 15, Block: 1 << 17, Stride: 1, Mod: 1 << 15}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if err := l.Check(); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 1<<22 {
		t.Errorf("%d bytes allocated", n)
	}
}

func TestLayoutString(t *testing.T) {
	for _, c := range []struct {
		l    he.Layout
		want string
	}{
		{he.Periodic(3, 8), "3 in 1×8, block 4"},
		{he.Layout{Size: 4, Slots: 8, PerCt: 4, Block: 8, Stride: 2, Shift: 1, Mod: 4, Dirty: true}, "4 in 1×8, block 8, stride 2, shift 1 mod 4, dirty"},
	} {
		if got := c.l.String(); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}
