package service

import (
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strconv"
	"time"

	"hecc/runtime/jobs"
)

// How often a client that waits has the queue asked.
const (
	firstLook = 20 * time.Millisecond
	longLook  = 250 * time.Millisecond
)

// getResult sends the answers from an item on, as far as they are there, each a part of its own. It waits for the
// first of them.
func (s *Service) getResult(c *call) error {
	b, err := s.findBatch(c)
	if err != nil {
		return err
	}
	from := 0
	if text := c.r.URL.Query().Get("from"); text != "" {
		if from, err = strconv.Atoi(text); err != nil || from < 0 || from >= b.Items {
			return refuse(malformed, "from is not a whole number from 0 to %d", b.Items-1)
		}
	}
	release, over := s.bodies.take(c.client, b.AnswerBytes)
	if over != nil {
		return later(over, s.slots.estimate(), "too many bytes are in flight")
	}
	defer release()
	a, err := s.awaitAnswer(c, b, from)
	if err != nil {
		return err
	}
	if a == nil {
		c.WriteHeader(http.StatusNoContent)
		return nil
	}
	parts := multipart.NewWriter(c)
	c.Header().Set("Content-Type", "multipart/mixed; boundary="+parts.Boundary())
	for item := from; a != nil; {
		c.writeUntil(s.limits.deadline(int64(len(a.Response))))
		if err := writeAnswer(parts, b, item, a); err != nil {
			return err
		}
		if item++; item == b.Items {
			break
		}
		if a, err = s.jobs.Answer(c.r.Context(), b, item); err != nil {
			return err
		}
	}
	return parts.Close()
}

// awaitAnswer waits for an answer; it is nil if there is none for Limits.Wait, or the service ends.
func (s *Service) awaitAnswer(c *call, b *jobs.Batch, item int) (*jobs.Answer, error) {
	last := time.Now().Add(s.limits.Wait)
	for look := firstLook; ; look = min(2*look, longLook) {
		a, err := s.jobs.Answer(c.r.Context(), b, item)
		if a != nil || err != nil || s.draining.Load() || time.Now().After(last) {
			return a, err
		}
		select {
		case <-c.r.Context().Done():
			return nil, c.r.Context().Err()
		case <-time.After(look):
		}
	}
}

// writeAnswer writes a part: a response, or the problem that there is none.
func writeAnswer(to *multipart.Writer, b *jobs.Batch, item int, a *jobs.Answer) error {
	kind, content := octets, a.Response
	if f := a.Failure; f != nil {
		text, err := json.Marshal(problemOfItem(f, fmt.Sprintf("urn:hecc:batch:%s:%d", b.ID, item)))
		if err != nil {
			return err
		}
		kind, content = "application/problem+json", append(text, '\n')
	}
	part, err := to.CreatePart(textproto.MIMEHeader{
		"Content-Type": {kind}, "Content-Length": {strconv.Itoa(len(content))}, "Content-Id": {fmt.Sprintf("<%d>", item)},
	})
	if err == nil {
		_, err = part.Write(content)
	}
	return err
}

// itemProblems are what an item may be answered with.
var itemProblems = []*kind{damaged, foreign, unknownKeySet, unknownBatch, tooLarge, tookTooLong, damagedKeySet, lostJob, internal}

func problemOfItem(f *jobs.Failure, instance string) problem {
	k := internal
	for _, of := range itemProblems {
		if of.name == f.Problem {
			k = of
		}
	}
	return problem{problemType + k.name, k.title, k.status, f.Detail, k.cure, instance}
}
