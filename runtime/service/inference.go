package service

import (
	"context"
	"errors"
	"io"
	"strconv"
	"time"

	"hecc/runtime/server"
)

// infer reads a request whole before it waits for a slot, so that none is held by a slow client.
func (s *Service) infer(c *call) error {
	m, err := s.model(c.r.PathValue("plan"))
	if err != nil {
		return err
	}
	keySet, err := s.keySetFor(c, m)
	if err != nil {
		return err
	}
	if err := c.checkType(octets); err != nil {
		return err
	}
	n := c.r.ContentLength
	switch {
	case n < 0:
		return refuse(lengthRequired, "a chunked body could be of any length")
	case n > s.limits.Request:
		return refuse(tooLarge, "at most %d bytes are taken", s.limits.Request)
	}
	release, over := s.bodies.take(c.client, n+m.AnswerBytes(n))
	if over != nil {
		return later(over, s.slots.estimate(), "too many bytes are in flight")
	}
	defer release()
	body, err := s.readBody(c, n)
	if err != nil {
		return err
	}
	answer, err := s.compute(c.r.Context(), m, sessionName{c.client, keySet}, body)
	if err != nil {
		return err
	}
	c.writeUntil(s.limits.deadline(int64(len(answer))))
	c.Header().Set("Content-Type", octets)
	c.Header().Set("Content-Length", strconv.Itoa(len(answer)))
	_, err = c.Write(answer)
	return err
}

// keySetFor gives the key set that the request names, if it is the client's, whole and of the plan.
func (s *Service) keySetFor(c *call, m *served) (id string, err error) {
	id = c.r.URL.Query().Get("keyset")
	if id == "" {
		return "", refuse(malformed, "the query has no keyset=ID")
	}
	info, err := s.store.Status(c.client, id)
	if err != nil {
		return "", err
	}
	if !info.Committed {
		return "", refuse(unknownKeySet, "it is an upload that was not committed yet")
	}
	if info.Plan != m.ID() {
		return "", refuse(foreign, "the key set was made for plan %s", info.Plan)
	}
	return id, nil
}

// readBody takes a body of known length, within a time that follows from it.
func (s *Service) readBody(c *call, n int64) ([]byte, error) {
	c.readUntil(s.limits.deadline(n))
	body := make([]byte, n)
	if _, err := io.ReadFull(c.r.Body, body); err != nil {
		return nil, err
	}
	c.readUntil(time.Time{}) // only now: what is not read of a body is still waited for
	return body, nil
}

// compute waits for a slot, and computes a request. The body is looked at within the slot, since what it is
// decoded to takes more memory.
func (s *Service) compute(ctx context.Context, m *served, name sessionName, body []byte) ([]byte, error) {
	leave, err := s.slots.enter(ctx, name.client)
	if err != nil {
		return nil, err
	}
	defer leave()
	ctx, cancel := context.WithTimeout(ctx, s.limits.Compute)
	defer cancel()
	request, err := m.DecodeRequest(body)
	if err != nil {
		return nil, err
	}
	session, done, err := s.sessions.use(ctx, name, m.Model, func() (io.ReadCloser, error) {
		return s.store.Open(name.client, name.keySet)
	})
	if err != nil {
		return nil, keysFailed(err)
	}
	defer done()
	start := time.Now()
	response, err := session.Run(ctx, request)
	if err != nil {
		return nil, err
	}
	s.metrics.computed(m.ID(), request.Samples(), time.Since(start))
	return response.Encode(), nil
}

// keysFailed keeps what is wrong with stored keys, which were good when they came, apart from what is wrong
// with a request.
func keysFailed(err error) error {
	if file := (*server.FileError)(nil); errors.As(err, &file) {
		return refuse(damagedKeySet, "%v", file)
	}
	return err
}
