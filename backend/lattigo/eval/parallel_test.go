package eval

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
)

// TestParallel: every number once; after an error, a panic or the end of the context nothing more is begun.
func TestParallel(t *testing.T) {
	var sum atomic.Int64
	if err := parallel(context.Background(), 100, func(i int) error { sum.Add(int64(i)); return nil }); err != nil || sum.Load() != 4950 {
		t.Errorf("sum %d, error %v", sum.Load(), err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	for _, c := range []struct {
		f    func() error
		want string
	}{
		{func() error { return errors.New("broken") }, "broken"},
		{func() error { panic("bad") }, "panic: bad"},
		{func() error { cancel(); return nil }, "context canceled"}, // the last: it ends the context of all
	} {
		var begun atomic.Int64
		err := parallel(ctx, 10000, func(int) error { begun.Add(1); return c.f() })
		if err == nil || !strings.Contains(err.Error(), c.want) || begun.Load() > 1000 {
			t.Errorf("%s: error %v after %d calls", c.want, err, begun.Load())
		}
	}
}
