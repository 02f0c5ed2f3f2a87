package service

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestTurns: clients take turns, each with its requests in order, however many one of them sends.
func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSlots(1, 16, time.Hour)
		leave, err := s.enter(t.Context(), "first")
		check(t, err)
		var order []string
		var group sync.WaitGroup
		for _, name := range []string{"a1", "a2", "a3", "a4", "b1", "b2", "c1"} {
			group.Go(func() {
				leave, err := s.enter(t.Context(), name[:1])
				if err != nil {
					t.Error(err)
					return
				}
				order = append(order, name) // there is one slot
				leave()
			})
			synctest.Wait()
		}
		_, err = s.enter(t.Context(), "a")
		refusedAs(t, err, clientBusy)
		leave()
		group.Wait()
		if want := []string{"a1", "b1", "c1", "a2", "b2", "a3", "a4"}; !slices.Equal(order, want) {
			t.Errorf("order %v, expected %v", order, want)
		}
		if taken, waiting := s.used(); taken+waiting != 0 || len(s.lines)+len(s.turns) != 0 {
			t.Errorf("%d slots and %d places are still taken, lines %v, turns %v", taken, waiting, s.lines, s.turns)
		}
	})
}

// TestWaits: who waits too long, or goes away, leaves no trace, also where a slot was given at the same moment.
func TestWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSlots(1, 4, time.Minute)
		leave, err := s.enter(t.Context(), "a")
		check(t, err)
		start := time.Now()
		_, err = s.enter(t.Context(), "b")
		refusedAs(t, err, busy)
		if waited := time.Since(start); waited != time.Minute {
			t.Errorf("waited for %s", waited)
		}
		ctx, cancel := context.WithCancel(t.Context())
		gone := make(chan error)
		go func() { _, err := s.enter(ctx, "b"); gone <- err }()
		synctest.Wait()
		cancel()
		if err := <-gone; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		w, err := s.line("c")
		check(t, err)
		leave() // c has the slot, and is cancelled before it knows
		s.cancel(w)
		for _, client := range []string{"d", "e", "f", "g", "h"} { // the first has the slot, the others fill the queue
			_, err := s.line(client)
			check(t, err)
		}
		_, err = s.line("i")
		refusedAs(t, err, busy)
	})
}

func refusedAs(t *testing.T, err error, want *kind) {
	t.Helper()
	if no := (*refusal)(nil); !errors.As(err, &no) || no.kind != want || no.retry < time.Second {
		t.Errorf("%v, expected %s", err, want.name)
	}
}
