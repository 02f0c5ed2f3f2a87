package service

import (
	"io"
	"net/http"
	"strconv"
	"time"

	"hecc/runtime/service/keystore"
)

// keySet is a key set or an upload, as clients see it.
type keySet struct {
	ID        string    `json:"id"`
	Plan      string    `json:"plan"`
	Bytes     int64     `json:"bytes"`
	PartBytes int64     `json:"part_bytes"`
	Parts     int       `json:"parts"`
	Received  []int     `json:"received"`
	Committed bool      `json:"committed"`
	Begun     time.Time `json:"begun"`
}

func keySetOf(i keystore.Info) keySet {
	return keySet{i.ID, i.Plan, i.Bytes, i.PartBytes, i.Parts, i.Received, i.Committed, i.Begun}
}

// beginKeySet begins an upload, or finds the one that has begun.
func (s *Service) beginKeySet(c *call) error {
	var ask struct {
		Plan   string `json:"plan"`
		Bytes  int64  `json:"bytes"`
		SHA256 string `json:"sha256"`
	}
	if err := c.readJSON(&ask); err != nil {
		return err
	}
	m, err := s.model(ask.Plan)
	if err != nil {
		return err
	}
	if ask.Bytes != m.KeyBytes() {
		return refuse(malformed, "evaluation keys of this plan have %d bytes, not %d", m.KeyBytes(), ask.Bytes)
	}
	_, unknown := s.store.Status(c.client, ask.SHA256)
	info, err := s.store.Begin(c.client, ask.Plan, ask.SHA256, ask.Bytes)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if unknown != nil {
		status = http.StatusCreated
		c.Header().Set("Location", "/v1/keysets/"+info.ID)
	}
	return c.writeJSON(status, keySetOf(info))
}

func (s *Service) listKeySets(c *call) error {
	list := []keySet{}
	for _, i := range s.store.List(c.client) {
		list = append(list, keySetOf(i))
	}
	return c.writeJSON(http.StatusOK, struct {
		KeySets []keySet `json:"keysets"`
	}{list})
}

func (s *Service) getKeySet(c *call) error {
	info, err := s.store.Status(c.client, c.r.PathValue("keyset"))
	if err != nil {
		return err
	}
	return c.writeJSON(http.StatusOK, keySetOf(info))
}

// deleteKeySet deletes a key set or an upload. Inferences that run with it end.
func (s *Service) deleteKeySet(c *call) error {
	id := c.r.PathValue("keyset")
	if err := s.store.Delete(c.client, id); err != nil {
		return err
	}
	s.sessions.drop(sessionName{c.client, id})
	if s.jobs != nil {
		if err := s.jobs.DropKeys(c.r.Context(), c.client, id); err != nil {
			s.log.Error("a deleted key set stays in the object store", "request", c.id, "error", err.Error())
		}
	}
	c.WriteHeader(http.StatusNoContent)
	return nil
}

// putPart stores a part as it comes, with no more memory than a buffer.
func (s *Service) putPart(c *call) error {
	if err := c.checkType(octets); err != nil {
		return err
	}
	id := c.r.PathValue("keyset")
	part, err := strconv.Atoi(c.r.PathValue("part"))
	if err != nil {
		return refuse(malformed, "the part is not a whole number from 0 on")
	}
	info, err := s.store.Status(c.client, id)
	if err != nil {
		return err
	}
	if n := c.r.ContentLength; n > info.PartBytes {
		return refuse(tooLarge, "a part has %d bytes at most", info.PartBytes)
	}
	c.readUntil(s.limits.deadline(info.PartBytes))
	if err := s.store.Put(c.client, id, part, c.r.Body); err != nil {
		return err
	}
	c.WriteHeader(http.StatusNoContent)
	return nil
}

// commitKeySet checks an upload and makes it a key set.
func (s *Service) commitKeySet(c *call) error {
	id := c.r.PathValue("keyset")
	info, err := s.store.Status(c.client, id)
	if err != nil {
		return err
	}
	m, err := s.model(info.Plan)
	if err != nil {
		return err
	}
	leave, err := s.slots.enter(c.r.Context(), c.client)
	if err != nil {
		return err
	}
	defer leave()
	if err := s.store.Commit(c.client, id, func(r io.Reader) error { return m.CheckKeys(r) }); err != nil {
		return err
	}
	if info, err = s.store.Status(c.client, id); err != nil {
		return err
	}
	return c.writeJSON(http.StatusOK, keySetOf(info))
}
