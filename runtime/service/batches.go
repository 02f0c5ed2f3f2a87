package service

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"time"

	"hecc/runtime/jobs"
)

// batch is what clients see of one.
type batch struct {
	ID        string    `json:"id"`
	Plan      string    `json:"plan"`
	KeySet    string    `json:"keyset"`
	Items     int       `json:"items"`
	ItemBytes int64     `json:"item_bytes"`
	Begun     time.Time `json:"begun"`
	Received  []int     `json:"received"`
	Answered  int       `json:"answered"`
}

func (s *Service) batchInfo(ctx context.Context, b *jobs.Batch) (batch, error) {
	state, err := s.jobs.State(ctx, b)
	return batch{b.ID, b.Plan, b.KeySet, b.Items, b.ItemBytes, b.Begun, state.Received, state.Answered}, err
}

// findBatch gives the batch that the path names, if it is the client's.
func (s *Service) findBatch(c *call) (*jobs.Batch, error) {
	if s.jobs == nil {
		return nil, refuse(noBatches, "it was started without")
	}
	return s.jobs.Find(c.client, c.r.PathValue("batch"))
}

// beginBatch keeps a batch, or finds it if it is there.
func (s *Service) beginBatch(c *call) error {
	if s.jobs == nil {
		return refuse(noBatches, "it was started without")
	}
	var ask struct {
		ID        string `json:"id"`
		Plan      string `json:"plan"`
		KeySet    string `json:"keyset"`
		Items     int    `json:"items"`
		ItemBytes int64  `json:"item_bytes"`
	}
	if err := c.readJSON(&ask); err != nil {
		return err
	}
	m, err := s.model(ask.Plan)
	if err != nil {
		return err
	}
	if err := s.checkKeySet(c.client, ask.KeySet, m); err != nil {
		return err
	}
	if ask.ItemBytes < 1 || ask.ItemBytes > s.limits.Request {
		return refuse(malformed, "item_bytes is from 1 to %d", s.limits.Request)
	}
	b := jobs.Batch{ID: ask.ID, Client: c.client, Plan: ask.Plan, KeySet: ask.KeySet, Items: ask.Items,
		ItemBytes: ask.ItemBytes, AnswerBytes: m.AnswerBytes(ask.ItemBytes), Begun: time.Now().UTC()}
	made, err := s.jobs.Create(c.r.Context(), b)
	if err != nil {
		return err
	}
	if err := s.shareKeys(c.r.Context(), c.client, ask.KeySet); err != nil {
		return err
	}
	kept, err := s.jobs.Find(c.client, ask.ID)
	if err != nil {
		return err
	}
	info, err := s.batchInfo(c.r.Context(), kept)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if made {
		status = http.StatusCreated
		c.Header().Set("Location", "/v1/batches/"+b.ID)
	}
	return c.writeJSON(status, info)
}

// shareKeys puts keys where workers elsewhere find them.
func (s *Service) shareKeys(ctx context.Context, client, keySet string) error {
	return s.jobs.ShareKeys(ctx, client, keySet, func() (io.ReadCloser, error) { return s.store.Open(client, keySet) })
}

func (s *Service) listBatches(c *call) error {
	list := []batch{}
	if s.jobs == nil {
		return refuse(noBatches, "it was started without")
	}
	for _, b := range s.jobs.List(c.client) {
		info, err := s.batchInfo(c.r.Context(), b)
		if err != nil {
			return err
		}
		list = append(list, info)
	}
	return c.writeJSON(http.StatusOK, struct {
		Batches []batch `json:"batches"`
	}{list})
}

func (s *Service) getBatch(c *call) error {
	b, err := s.findBatch(c)
	if err != nil {
		return err
	}
	info, err := s.batchInfo(c.r.Context(), b)
	if err != nil {
		return err
	}
	return c.writeJSON(http.StatusOK, info)
}

// deleteBatch deletes a batch with its answers. What is computed of it is thrown away.
func (s *Service) deleteBatch(c *call) error {
	b, err := s.findBatch(c)
	if err != nil {
		return err
	}
	if err := s.jobs.Delete(c.r.Context(), b); err != nil {
		return err
	}
	c.WriteHeader(http.StatusNoContent)
	return nil
}

// putItem makes a job of a request.
func (s *Service) putItem(c *call) error {
	b, err := s.findBatch(c)
	if err != nil {
		return err
	}
	item, err := strconv.Atoi(c.r.PathValue("item"))
	if err != nil || item < 0 || item >= b.Items {
		return refuse(malformed, "the item is not a whole number from 0 to %d", b.Items-1)
	}
	if err := c.checkType(octets); err != nil {
		return err
	}
	body, release, err := s.readBody(c, b.ItemBytes, func(int64) int64 { return 0 })
	if err != nil {
		return err
	}
	defer release()
	if err := s.jobs.Put(c.r.Context(), b, item, body); err != nil {
		return err
	}
	c.WriteHeader(http.StatusNoContent)
	return nil
}

// expireBatches deletes those that are too old.
func (s *Service) expireBatches(ctx context.Context, now time.Time) {
	if n, err := s.jobs.Expire(ctx, now); err != nil || n > 0 {
		s.log.Info("batches expired", "batches", n, "failed", err != nil)
	}
}
