package eval

import (
	"fmt"
	"sync"
)

// ClosedError says that a model or a session was used after Close.
type ClosedError struct {
	What string // "the model" or "the session"
}

func (e *ClosedError) Error() string { return fmt.Sprintf("%s is closed", e.What) }

// gate counts who is inside, and can be closed for good.
type gate struct {
	what   string
	mutex  sync.Mutex
	inside int
	closed bool
	empty  chan struct{} // closed once the gate is closed and nobody is inside
}

func newGate(what string) *gate { return &gate{what: what, empty: make(chan struct{})} }

// enter lets the caller in, who must leave; a closed gate gives a *ClosedError.
func (g *gate) enter() error {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if g.closed {
		return &ClosedError{g.what}
	}
	g.inside++
	return nil
}

func (g *gate) leave() {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if g.inside--; g.closed && g.inside == 0 {
		close(g.empty)
	}
}

// close lets nobody in any more and waits until nobody is inside.
func (g *gate) close() {
	g.mutex.Lock()
	if !g.closed {
		g.closed = true
		if g.inside == 0 {
			close(g.empty)
		}
	}
	g.mutex.Unlock()
	<-g.empty
}
