package memory

import "hecc/ir/he"

// Usage is what a planned circuit takes of memory, in bytes. What the server keeps of the plan itself, and
// requests and responses, come on top.
type Usage struct {
	Model       int64 `json:"model"`        // of the server, once: rings, encoded plaintexts, where sums read
	Run         int64 `json:"run"`          // of the server, for each run at the same time
	Session     int64 `json:"session"`      // of the server, for each client, at least: each key held once
	SessionMost int64 `json:"session_most"` // the same with all that saves time
	Client      int64 `json:"client"`       // while keys are made or samples are encrypted, whichever takes more; on one core
}

// Server is what a server of one client takes that computes one run at a time.
func (u Usage) Server() int64 { return u.Model + u.Session + u.Run }

// Of predicts the memory of a planned circuit that has passed Verify, on a processor of the server.
func Of(c *he.Circuit, server Processor) Usage {
	forms, matrices := NewForms(c), FindMatrices(c)
	most := forms.most()
	least := forms.Choose(0)
	return Usage{
		Model:       modelBytes(c, server, forms, matrices),
		Run:         runBytes(c, forms, matrices),
		Session:     least,
		SessionMost: max(most, least),
		Client:      clientBytes(c),
	}
}
