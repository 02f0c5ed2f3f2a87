package service

import (
	"container/list"
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"hecc/runtime/server"
)

// sessions holds what is open in memory, within a budget: those that were used least recently are closed, and
// opened again from their key sets when they are asked for.
type sessions struct {
	budget    int64
	perClient int
	opened    func(took time.Duration, err error)
	closed    func()

	mu    sync.Mutex
	open  map[sessionName]*session
	order *list.List // of *session, the one used last in front
	bytes int64
}

type sessionName struct{ client, keySet string }

type session struct {
	name  sessionName
	bytes int64
	ready chan struct{} // closed when it is open or has failed
	inner *server.Session
	err   error

	place *list.Element
	users int
	gone  bool // from the map; closed when its last user leaves
}

func newSessions(budget int64, perClient int) *sessions {
	return &sessions{
		budget: budget, perClient: perClient, open: map[sessionName]*session{}, order: list.New(),
		opened: func(time.Duration, error) {}, closed: func() {},
	}
}

// use gives the session of a key set, opening it if need be. Whoever opens it does so for all that ask
// meanwhile.
func (s *sessions) use(ctx context.Context, name sessionName, m *server.Model, keys func() (io.ReadCloser, error)) (*server.Session, func(), error) {
	s.mu.Lock()
	held := s.open[name]
	if held != nil {
		held.users++
		s.order.MoveToFront(held.place)
		s.mu.Unlock()
	} else {
		idle, err := s.makeRoom(name.client, m.SessionBytes())
		if err != nil {
			s.mu.Unlock()
			s.end(idle)
			return nil, nil, err
		}
		held = &session{name: name, bytes: m.SessionBytes(), ready: make(chan struct{}), users: 1}
		held.place = s.order.PushFront(held)
		s.open[name] = held
		s.bytes += held.bytes
		s.mu.Unlock()
		s.end(idle)
		s.start(ctx, held, m, keys)
	}
	leave := sync.OnceFunc(func() { s.leave(held) })
	select {
	case <-held.ready:
	case <-ctx.Done():
		leave()
		return nil, nil, ctx.Err()
	}
	if held.err != nil {
		leave()
		return nil, nil, held.err
	}
	return held.inner, leave, nil
}

// start opens a session. One that fails is forgotten, and the next request tries again.
func (s *sessions) start(ctx context.Context, held *session, m *server.Model, keys func() (io.ReadCloser, error)) {
	defer close(held.ready)
	begin := time.Now()
	defer func() {
		if p := recover(); p != nil {
			held.err = fmt.Errorf("panic: %v", p)
		}
		if held.err != nil {
			s.drop(held.name)
		}
		s.opened(time.Since(begin), held.err)
	}()
	r, err := keys()
	if err != nil {
		held.err = err
		return
	}
	defer r.Close()
	noted := &notingReader{r: r}
	held.inner, held.err = m.Open(context.WithoutCancel(ctx), noted) // others may wait for it
	if held.err != nil && noted.err != nil {
		held.err = &unreadError{noted.err}
	}
}

// unreadError says that keys could not be read, so that nothing is known of them.
type unreadError struct{ err error }

func (e *unreadError) Error() string { return "keys cannot be read: " + e.err.Error() }
func (e *unreadError) Unwrap() error { return e.err }

// notingReader notes what goes wrong besides an end.
type notingReader struct {
	r   io.Reader
	err error
}

func (n *notingReader) Read(b []byte) (int, error) {
	k, err := n.r.Read(b)
	if err != nil && err != io.EOF {
		n.err = err
	}
	return k, err
}

// makeRoom takes idle sessions out of the map, if that makes room for one more of a client. They are still to
// be closed.
func (s *sessions) makeRoom(client string, bytes int64) (idle []*session, err error) {
	of, free := 0, s.budget-s.bytes
	for name := range s.open {
		if name.client == client {
			of++
		}
	}
	for at := s.order.Back(); at != nil && (of >= s.perClient || free < bytes); at = at.Prev() {
		held := at.Value.(*session)
		mine := held.name.client == client
		if held.users > 0 || free >= bytes && !mine {
			continue
		}
		if mine {
			of--
		}
		free += held.bytes
		idle = append(idle, held)
	}
	switch {
	case of >= s.perClient:
		return nil, later(clientBusy, 0, "requests for %d other key sets of the client are being computed", of)
	case free < bytes:
		return nil, later(busy, 0, "all memory for sessions is in use")
	}
	for _, held := range idle {
		s.remove(held)
	}
	return idle, nil
}

// remove takes a session out of the map. Its memory counts until nobody uses it.
func (s *sessions) remove(held *session) {
	if s.open[held.name] != held {
		return
	}
	delete(s.open, held.name)
	s.order.Remove(held.place)
	held.gone = true
	if held.users == 0 {
		s.bytes -= held.bytes
	}
}

// leave ends a use.
func (s *sessions) leave(held *session) {
	s.mu.Lock()
	held.users--
	last := held.gone && held.users == 0
	if last {
		s.bytes -= held.bytes
	}
	s.mu.Unlock()
	if last {
		s.end([]*session{held})
	}
}

// drop closes the session of a key set that is no more, when nothing runs in it any longer.
func (s *sessions) drop(name sessionName) {
	s.mu.Lock()
	held := s.open[name]
	var idle []*session
	if held != nil {
		s.remove(held)
		if held.users == 0 {
			idle = append(idle, held)
		}
	}
	s.mu.Unlock()
	s.end(idle)
}

// end closes sessions that nobody uses or can find.
func (s *sessions) end(idle []*session) {
	for _, held := range idle {
		if held.inner != nil {
			held.inner.Close()
			s.closed()
		}
	}
}

// close closes all that is idle.
func (s *sessions) close() {
	s.mu.Lock()
	var names []sessionName
	for name := range s.open {
		names = append(names, name)
	}
	s.mu.Unlock()
	for _, name := range names {
		s.drop(name)
	}
}

// used is how many there are, and what they take.
func (s *sessions) used() (n int, bytes int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.open), s.bytes
}
