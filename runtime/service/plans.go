package service

import (
	"net/http"
	"time"
)

// planInfo is what clients are told of a plan; all else is in its client file.
type planInfo struct {
	ID           string `json:"id"`
	Model        string `json:"model"`
	Client       string `json:"client"` // path of the client file
	KeyBytes     int64  `json:"key_bytes"`
	SamplesARun  int    `json:"samples_a_run"`
	RequestBytes int64  `json:"max_request_bytes"`
	BatchItems   int    `json:"max_batch_items"` // 0: no batches
}

func (s *Service) info(m *served) planInfo {
	items := 0
	if s.jobs != nil {
		items = s.jobs.MostItems()
	}
	return planInfo{m.ID(), m.Name(), "/v1/plans/" + m.ID() + "/client", m.KeyBytes(), m.Lanes(), s.limits.Request, items}
}

func (s *Service) listPlans(c *call) error {
	list := []planInfo{}
	for _, m := range s.models {
		list = append(list, s.info(m))
	}
	return c.writeJSON(http.StatusOK, struct {
		Plans []planInfo `json:"plans"`
	}{list})
}

func (s *Service) getPlan(c *call) error {
	m, err := s.model(c.r.PathValue("plan"))
	if err != nil {
		return err
	}
	return c.writeJSON(http.StatusOK, s.info(m))
}

// getClientFile gives a file that never changes: its hash is in its name.
func (s *Service) getClientFile(c *call) error {
	m, err := s.model(c.r.PathValue("plan"))
	if err != nil {
		return err
	}
	c.writeUntil(s.limits.deadline(int64(len(m.client))))
	h := c.Header()
	h.Set("Content-Type", octets)
	h.Set("Content-Disposition", `attachment; filename="model.client"`)
	h.Set("Cache-Control", "private, max-age=31536000, immutable")
	_, err = c.Write(m.client)
	return err
}

func (s *Service) live(c *call) error {
	return c.writeJSON(http.StatusOK, struct {
		Live bool `json:"live"`
	}{true})
}

func (s *Service) ready(c *call) error {
	if s.draining.Load() {
		return later(draining, time.Second, "it takes no new requests")
	}
	return c.writeJSON(http.StatusOK, struct {
		Ready bool `json:"ready"`
	}{true})
}
