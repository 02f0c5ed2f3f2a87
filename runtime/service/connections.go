package service

import (
	"container/list"
	"context"
	"net"
	"net/http"
	"sync"
)

// connections is a listener that bounds how many connections are open. A further one takes the place of the one
// that has been idle longest, so that nobody keeps others out by holding connections, or waits until one is closed.
// Idle is what has no request: one whose header is still to come is none, however slowly it comes.
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
	own := &connection{Conn: c, of: l}
	l.rest(own, true)
	return own, nil
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
	if own := ownOf(c); own != nil && state == http.StateIdle {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.rest(own, true)
	}
}

// ownOf is the connection below one of package http; nil if it is another listener's.
func ownOf(c net.Conn) *connection {
	if secure, ok := c.(interface{ NetConn() net.Conn }); ok {
		c = secure.NetConn()
	}
	own, _ := c.(*connection)
	return own
}

type connectionKey struct{}

// context is for http.Server.ConnContext.
func (l *connections) context(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connectionKey{}, ownOf(c))
}

// noting is a handler that notes that the connection of a request is not idle, until package http says that it is.
func (l *connections) noting(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if own, _ := r.Context().Value(connectionKey{}).(*connection); own != nil {
			l.mu.Lock()
			l.rest(own, false)
			l.mu.Unlock()
		}
		h.ServeHTTP(w, r)
	})
}
