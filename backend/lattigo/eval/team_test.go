package eval

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
)

// TestTeam does every task once, before the next step.
func TestTeam(t *testing.T) {
	for threads := 1; threads < 5; threads++ {
		var w team
		w.start(threads)
		for size := range 20 {
			done := make([]atomic.Int64, size)
			var s taskSet
			for k := range done {
				s = append(s, func() { done[k].Add(1) })
			}
			w.run(context.Background(), s)
			for k := range done {
				if n := done[k].Load(); n != 1 {
					t.Errorf("%d threads did task %d of %d %d times", threads, k, size, n)
				}
			}
		}
		w.stop()
	}
}

// TestTeamPanic raises a task's panic again, on the thread that asked for the step.
func TestTeamPanic(t *testing.T) {
	for threads := 1; threads < 4; threads++ {
		for bad := range 6 {
			var w team
			w.start(threads)
			s := slices.Repeat(taskSet{func() {}}, 6)
			s[bad] = func() { panic("bad") }
			func() {
				defer func() {
					if recover() == nil {
						t.Errorf("%d threads: the panic of task %d is lost", threads, bad)
					}
				}()
				w.run(context.Background(), s)
			}()
			w.stop()
		}
	}
}
