package parallel

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// For calls f once for each number from 0 to n-1, on all cores; what f does must not depend on the order. No
// call begins after ctx is done or a call has failed. The error is the context's, or else that of the lowest
// number that failed. A panic in f is raised again in the caller.
func For(ctx context.Context, n int, f func(i int) error) error {
	var next atomic.Int64
	var failed atomic.Bool
	errs := make([]error, n)
	var wg sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && !failed.Load() && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				if errs[i] = recovered(i, f); errs[i] != nil {
					failed.Store(true)
				}
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if p, ok := err.(panicked); ok {
			panic(p)
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// Rows calls f for all rows from 0 to n-1, in ranges, on all cores.
func Rows(n int, f func(lo, hi int)) {
	const pieces = 8 // for each core, to balance the load
	step := max(1, n/(pieces*runtime.GOMAXPROCS(0)))
	_ = For(context.Background(), (n+step-1)/step, func(k int) error {
		f(k*step, min((k+1)*step, n))
		return nil
	})
}

// panicked is a panic on its way to the caller.
type panicked struct {
	value any
	stack []byte
}

// Error shows where it came from.
func (p panicked) Error() string { return fmt.Sprintf("%v\n%s", p.value, p.stack) }

func recovered(i int, f func(i int) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = panicked{r, debug.Stack()}
		}
	}()
	return f(i)
}
