package remote

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
)

// Problem is what a service refuses with: a problem detail of RFC 9457.
type Problem struct {
	Type     string `json:"type"` // urn:hecc:problem:NAME
	Title    string `json:"title"`
	Status   int    `json:"status"`
	Detail   string `json:"detail"`
	Cure     string `json:"cure"`
	Instance string `json:"instance"` // what the service's log calls the request
}

func (p *Problem) Error() string {
	text := fmt.Sprintf("the service answers %d: %s", p.Status, p.Title)
	if p.Detail != "" {
		text += ": " + p.Detail
	}
	if p.Cure != "" {
		text += "\n  note: " + p.Cure
	}
	return text
}

// Name is the problem's kind, as "unknown-keyset"; "" for what no service of hecc has said.
func (p *Problem) Name() string {
	name, _ := strings.CutPrefix(p.Type, "urn:hecc:problem:")
	return name
}

const mostProblem = 64 << 10

// problemOf reads why an answer is none.
func problemOf(a *http.Response) *Problem {
	p := &Problem{}
	kind, _, _ := mime.ParseMediaType(a.Header.Get("Content-Type"))
	body, err := io.ReadAll(io.LimitReader(a.Body, mostProblem))
	if err != nil || kind != "application/problem+json" || json.Unmarshal(body, p) != nil {
		p = &Problem{Title: a.Status}
		if a.StatusCode >= 300 && a.StatusCode < 400 {
			p.Detail = "it sends elsewhere, which is not followed: " + a.Header.Get("Location")
		}
	}
	p.Status = a.StatusCode
	return p
}
