package service

import (
	"io"
	"strconv"
	"time"
)

// infer reads a request whole before it waits for a slot, so that none is held by a slow client.
func (s *Service) infer(c *call) error {
	m, err := s.model(c.r.PathValue("plan"))
	if err != nil {
		return err
	}
	keySet := c.r.URL.Query().Get("keyset")
	if keySet == "" {
		return refuse(malformed, "the query has no keyset=ID")
	}
	if err := s.checkKeySet(c.client, keySet, m); err != nil {
		return err
	}
	if err := c.checkType(octets); err != nil {
		return err
	}
	body, release, err := s.readBody(c, s.limits.Request, m.AnswerBytes)
	if err != nil {
		return err
	}
	defer release()
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

// checkKeySet says whether a key set is the client's, whole and of the plan.
func (s *Service) checkKeySet(client, id string, m *served) error {
	info, err := s.store.Status(client, id)
	switch {
	case err != nil:
		return err
	case !info.Committed:
		return refuse(unknownKeySet, "it is an upload that was not committed yet")
	case info.Plan != m.ID():
		return refuse(foreign, "the key set was made for plan %s", info.Plan)
	}
	return nil
}

// readBody takes a body of known length, within a time that follows from it, if there is room for it and what it
// will be answered with.
func (s *Service) readBody(c *call, most int64, answer func(int64) int64) (body []byte, release func(), err error) {
	n := c.r.ContentLength
	switch {
	case n < 0:
		return nil, nil, refuse(lengthRequired, "a chunked body could be of any length")
	case n > most:
		return nil, nil, refuse(tooLarge, "at most %d bytes are taken", most)
	}
	release, over := s.bodies.take(c.client, n+answer(n))
	if over != nil {
		return nil, nil, later(over, s.slots.estimate(), "too many bytes are in flight")
	}
	c.readUntil(s.limits.deadline(n))
	body = make([]byte, n)
	if _, err := io.ReadFull(c.r.Body, body); err != nil {
		release()
		return nil, nil, err
	}
	c.readUntil(time.Time{}) // only now: what is not read of a body is still waited for
	return body, release, nil
}
