package he_test

import (
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"hecc/ir/he"
)

func TestLayoutCheckRejects(t *testing.T) {
	good := he.Layout{Size: 4, Slots: 8, Axes: []he.Axis{{Extent: 4}}, Dims: []he.Dim{he.Repeat(2, 1), he.Move(4, 0, 1, 1)}}
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(l *he.Layout){
		"zero":                     func(l *he.Layout) { *l = he.Layout{} },
		"no elements":              func(l *he.Layout) { l.Size = 0 },
		"negative size":            func(l *he.Layout) { l.Size = -1 },
		"huge size":                func(l *he.Layout) { l.Size, l.Axes[0].Extent = 1<<40, 1<<40 },
		"more elements than axes":  func(l *he.Layout) { l.Size = 5 },
		"an axis without elements": func(l *he.Layout) { l.Size = 0; l.Axes[0].Extent = 0 },
		"no slots":                 func(l *he.Layout) { l.Slots = 0 },
		"slots not a power of two": func(l *he.Layout) { l.Slots = 12; l.Dims[0].Size = 3 },
		"too many slots":           func(l *he.Layout) { l.Slots = 1 << 18; l.Dims[0].Size = 1 << 16 },
		"fewer slots":              func(l *he.Layout) { l.Slots = 4; l.Dims[0].Size = 3; l.Dims[1].Size = 2 },
		"more slots":               func(l *he.Layout) { l.Slots = 16 },
		"an element nowhere":       func(l *he.Layout) { l.Dims[1] = he.Gap(4, 1) },
		"steps over elements":      func(l *he.Layout) { l.Dims[1].Steps[0] = 2 },
		"a wrap hides elements":    func(l *he.Layout) { l.Axes[0].Wrap = 3 },
		"negative wrap":            func(l *he.Layout) { l.Axes[0].Wrap = -1 },
		"negative step":            func(l *he.Layout) { l.Dims[1].Steps[0] = -1 },
		"huge step":                func(l *he.Layout) { l.Dims[1].Steps[0] = 1 << 62 },
		"negative dimension":       func(l *he.Layout) { l.Dims[1].Size = -4 },
		"no dimension":             func(l *he.Layout) { l.Dims = append(l.Dims, he.Repeat(1, 1)) },
		"too few steps":            func(l *he.Layout) { l.Dims[0].Steps = nil },
		"a gap that moves":         func(l *he.Layout) { l.Dims[1].Gap = true },
		"empty ciphertexts":        func(l *he.Layout) { l.Dims = append([]he.Dim{he.Gap(2, 1)}, l.Dims...) },
		"too many ciphertexts": func(l *he.Layout) {
			l.Dims = append([]he.Dim{he.Repeat(1<<13, 1)}, l.Dims...)
		},
		"more ciphertexts than a number holds": func(l *he.Layout) {
			for range 6 {
				l.Dims = append([]he.Dim{he.Move(1<<16, 0, 1, 1)}, l.Dims...)
			}
		},
		"many dimensions":     func(l *he.Layout) { l.Dims = slices.Repeat(l.Dims, 20) },
		"many axes":           func(l *he.Layout) { l.Axes = slices.Repeat(l.Axes, 20) },
		"axes that overflow":  func(l *he.Layout) { *l = product(1<<21, 8) },
		"not merged":          func(l *he.Layout) { l.Dims = []he.Dim{he.Repeat(2, 1), he.Move(2, 0, 2, 1), he.Move(2, 0, 1, 1)} },
		"a wrap for nothing":  func(l *he.Layout) { l.Axes[0].Wrap = 4 },
		"a step into nothing": func(l *he.Layout) { l.Dims[0].Steps[0] = 4 },
		"an axis of one": func(l *he.Layout) {
			l.Axes = append(l.Axes, he.Axis{Extent: 1})
			l.Dims = []he.Dim{he.Repeat(2, 2), he.Move(4, 0, 1, 2)}
		},
		"a step beyond a wrap":  func(l *he.Layout) { l.Axes[0].Wrap = 5; l.Dims[0].Steps[0] = 6 },
		"half of an outer axis": func(l *he.Layout) { l.Size, l.Axes[0].Extent, l.Dims[1].Size, l.Slots = 4, 8, 8, 16 },
	} {
		l := good
		l.Axes, l.Dims = slices.Clone(good.Axes), nil
		for _, d := range good.Dims {
			l.Dims = append(l.Dims, he.Dim{Size: d.Size, Steps: slices.Clone(d.Steps), Gap: d.Gap})
		}
		change(&l)
		if err := l.Check(); err == nil {
			t.Errorf("%s: accepted", name)
		} else if strings.Contains(err.Error(), "PANIC") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// product is a layout with axes of a size, each of which an own dimension moves along.
func product(size, axes int) he.Layout {
	l := he.Layout{Size: 1, Slots: 1}
	for a := range axes {
		l.Axes = append(l.Axes, he.Axis{Extent: size})
		l.Dims = append(l.Dims, he.Move(2, a, 1, axes))
	}
	return l
}

// TestLayoutCheckIsCheap: the bytes of a client file must not decide how much memory or time reading it
// takes.
func TestLayoutCheckIsCheap(t *testing.T) {
	rolls := []he.Dim{he.Move(1<<12, 0, 1, 2)}
	for range 17 {
		rolls = append(rolls, he.Dim{Size: 2, Steps: []int{1, 1}})
	}
	for name, l := range map[string]he.Layout{
		"as large as can be": he.Vector(1<<22, 1<<17, 1<<10, 0, he.Repeat(1<<7, 2), he.Move(1<<10, 1, 1, 2)),
		"one axis":           he.NewLayout(1<<22, 1<<17, []he.Axis{{Extent: 1 << 22}}, he.Move(1<<5, 0, 1<<17, 1), he.Move(1<<17, 0, 1, 1)),
		"rolls":              {Size: 1 << 21, Slots: 1 << 17, Axes: []he.Axis{{Extent: 1 << 4}, {Extent: 1 << 17}}, Dims: rolls},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		err := l.Check()
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		if (err == nil) == (name == "rolls") {
			t.Errorf("%s: %v", name, err)
		}
		if n := after.TotalAlloc - before.TotalAlloc; n > 1<<23 {
			t.Errorf("%s: %d bytes allocated", name, n)
		}
		if took > 2*time.Second {
			t.Errorf("%s: took %v", name, took)
		}
	}
}
