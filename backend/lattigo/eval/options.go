package eval

import (
	"fmt"
	"runtime"

	"hecc/backend/lattigo/kernel"
	"hecc/ir/memory"
)

// Option changes how a model runs, not what it computes.
type Option func(*settings)

type settings struct {
	instructions kernel.Instructions
	threads      int
	runs         int
	memory       int64 // 0: as little as there can be
}

func newSettings(opts []Option) settings {
	s := settings{instructions: kernel.Best(), threads: 1}
	for _, set := range opts {
		set(&s)
	}
	if s.runs == 0 {
		s.runs = max(s.threads, runtime.GOMAXPROCS(0))
	}
	return s
}

// Instructions limits the processor instructions to a set; without it a model uses the best that there are.
func Instructions(set kernel.Instructions) Option {
	return func(s *settings) { s.instructions = set }
}

// Processor is this machine's, for memory.Of.
func Processor() memory.Processor {
	return map[kernel.Instructions]memory.Processor{
		kernel.Go: memory.Go, kernel.AVX512: memory.AVX512, kernel.IFMA: memory.IFMA,
	}[kernel.Best()]
}

// Threads sets how many threads a call of Session.Run uses; without it, one does it all.
func Threads(n int) Option {
	return func(s *settings) { s.threads = max(n, 1) }
}

// Runs bounds how many runs of all sessions are computed at the same time; further ones wait. Each takes
// Model.RunBytes of memory. Without it, there are as many as processors, or as Threads.
func Runs(n int) Option {
	return func(s *settings) { s.runs = max(n, 1) }
}

// Memory bounds the bytes that a session takes, by Session.Bytes. A larger budget lets sessions hold keys in
// more forms than one, which saves work in each run; without it, each key is held once. Load returns a
// *MemoryError if that is too much already.
func Memory(bytes int64) Option {
	return func(s *settings) { s.memory = max(bytes, 1) }
}

// MemoryError says that the budget of Memory is too small for a session of the plan.
type MemoryError struct {
	Budget, Least int64 // in bytes
}

func (e *MemoryError) Error() string {
	return fmt.Sprintf("a session of this plan takes at least %d bytes of memory, the budget is %d", e.Least, e.Budget)
}
