package remote

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode"
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
	text := fmt.Sprintf("the service answers %d: %s", p.Status, harmless(p.Title))
	if p.Detail != "" {
		text += ": " + harmless(p.Detail)
	}
	return text + "\n  note: " + harmless(cmp.Or(p.Cure, "ask who runs the service"))
}

// harmless is what a service says, without what would move a terminal's cursor, and not for ever.
func harmless(text string) string {
	const most = 500 // runes
	n := 0
	return strings.Map(func(r rune) rune {
		if n++; n > most {
			return -1
		}
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, text)
}

// Name is the problem's kind, as "unknown-keyset"; "" for what no service of hecc has said.
func (p *Problem) Name() string {
	name, _ := strings.CutPrefix(p.Type, "urn:hecc:problem:")
	return name
}

const mostProblem = 64 << 10

// otherService is what helps if something else than a service of hecc answers.
const otherService = "check the address: something else than hecc serve answers there"

// problemOf reads why an answer is none.
func problemOf(a *http.Response, base string) *Problem {
	p := &Problem{}
	kind, _, _ := mime.ParseMediaType(a.Header.Get("Content-Type"))
	body, err := io.ReadAll(io.LimitReader(a.Body, mostProblem))
	if err != nil || kind != "application/problem+json" || json.Unmarshal(body, p) != nil {
		p = foreignProblem(a, base)
	}
	p.Status = a.StatusCode
	return p
}

// foreignProblem is what is known of an answer that no service of hecc gives.
func foreignProblem(a *http.Response, base string) *Problem {
	p := &Problem{Title: http.StatusText(a.StatusCode), Cure: otherService}
	switch {
	case a.StatusCode >= 300 && a.StatusCode < 400:
		p.Detail, p.Cure = "it sends elsewhere, which is not followed: "+a.Header.Get("Location"), "ask there, if you trust it"
	case a.StatusCode == http.StatusBadRequest && strings.HasPrefix(base, "http:"):
		p.Cure = "it may speak TLS: ask for " + strings.Replace(base, "http:", "https:", 1)
	case a.StatusCode == http.StatusRequestEntityTooLarge:
		p.Cure = "a proxy before the service takes too little: whoever runs it has to allow bodies of 16 MiB"
	case a.StatusCode >= 500:
		p.Cure = "a proxy may be there without the service behind it: try again later, or tell whoever runs it"
	}
	return p
}
