package service

import (
	"container/list"
	"net"
	"net/http"
	"sync"
)

// connections is a listener that bounds how many connections are open. A further one takes the place of the one
// that has been idle longest, so that nobody keeps others out by holding connections, or waits until one is closed.
type connections struct {
	net.Listener
	most int

	mu      sync.Mutex
	changed sync.Cond
	open    int
	idle    *list.List // of *connection, the longest idle in front
	closed  bool
}

func newConnections(l net.Listener, most int) *connections {
	c := &connections{Listener: l, most: most, idle: list.New()}
	c.changed.L = &c.mu
	return c
}

// Accept gives a connection when there is room for it.
func (l *connections) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.open >= l.most && !l.closed {
		if first := l.idle.Front(); first != nil {
			l.drop(first.Value.(*connection))
		} else {
			l.changed.Wait()
		}
	}
	if l.closed {
		c.Close()
		return nil, net.ErrClosed
	}
	l.open++
	return &connection{Conn: c, of: l}, nil
}

// Close ends what waits too.
func (l *connections) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	l.changed.Broadcast()
	return l.Listener.Close()
}

// connection makes room when it is closed.
type connection struct {
	net.Conn
	of   *connections
	idle *list.Element // nil if it is not
	gone bool
}

// Close closes it; closing twice is the net.Conn's business.
func (c *connection) Close() error {
	c.of.mu.Lock()
	defer c.of.mu.Unlock()
	return c.of.drop(c)
}

// drop closes a connection; the lock is held.
func (l *connections) drop(c *connection) error {
	l.rest(c, false)
	if !c.gone {
		c.gone = true
		l.open--
		l.changed.Signal()
	}
	return c.Conn.Close()
}

// rest notes whether a connection is idle; the lock is held.
func (l *connections) rest(c *connection, idle bool) {
	if c.idle != nil {
		l.idle.Remove(c.idle)
		c.idle = nil
	}
	if idle && !c.gone {
		c.idle = l.idle.PushBack(c)
		l.changed.Signal()
	}
}

// state is for http.Server.ConnState.
func (l *connections) state(c net.Conn, state http.ConnState) {
	if secure, ok := c.(interface{ NetConn() net.Conn }); ok {
		c = secure.NetConn()
	}
	if own, ok := c.(*connection); ok {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.rest(own, state == http.StateIdle)
	}
}
