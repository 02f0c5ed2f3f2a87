package progress

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestMeter: shares ascend, parts scale their steps, and the time left follows from what was done so far.
func TestMeter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []Report
		m := New(func(r Report) { got = append(got, r) })
		m.Part("first", 0.5)
		time.Sleep(10 * time.Second)
		m.Step(0.5, "half")
		m.Step(0.1, "back")
		m.Part("second", 1)
		time.Sleep(10 * time.Second)
		m.Step(1, "")
		want := []Report{
			{"first", 0, 0},
			{"first: half", 0.25, 30 * time.Second},
			{"first: back", 0.25, 30 * time.Second},
			{"second", 0.5, 10 * time.Second},
			{"second", 1, 0},
		}
		for i, w := range want {
			if i >= len(got) || got[i] != w {
				t.Fatalf("report %d: %+v, want %+v", i, got, w)
			}
		}
	})
	var none *Meter
	none.Part("nobody is told", 1)
	none.Step(1, "")
}
