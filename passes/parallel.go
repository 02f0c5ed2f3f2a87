package passes

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
)

// eachSample shares the numbers 0 to n-1 out among a worker for each core. A worker asks
// for the next number until there is none; what it does must not depend on which it gets.
func eachSample(n int, worker func(next func() (int, bool)) error) error {
	var counter atomic.Int64
	next := func() (int, bool) {
		i := int(counter.Add(1)) - 1
		return i, i < n
	}
	errs := make([]error, min(n, runtime.GOMAXPROCS(0)))
	var wg sync.WaitGroup
	for w := range errs {
		wg.Go(func() {
			defer recovered(&errs[w])
			errs[w] = worker(next)
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// recovered turns a panic into an error; the caller says which pass it was.
func recovered(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("panic: %v", r)
	}
}
