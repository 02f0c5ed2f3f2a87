package jobs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/url"
	"strconv"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Put makes a job of a request. It is kept when Put returns. An item that is there already may come again with
// the same bytes; with others it is ErrDiffers.
func (q *Queue) Put(ctx context.Context, b *Batch, item int, request []byte) error {
	sum := sha256.Sum256(request)
	hash := hex.EncodeToString(sum[:])
	key := b.key()
	old, err := last(ctx, q.results, resultSubject(key, item))
	if err != nil {
		return unavailable(err)
	}
	if old != nil {
		return sameHash(old, hash)
	}
	m := nats.NewMsg(jobSubject(b.Plan, key, item))
	if old, err = last(ctx, q.jobs, m.Subject); err != nil {
		return unavailable(err)
	}
	if old != nil {
		return sameHash(old, hash)
	}
	m.Header.Set(headerClient, url.QueryEscape(b.Client))
	m.Header.Set(headerKeySet, b.KeySet)
	m.Header.Set(headerHash, hash)
	if err := q.fill(ctx, m, key, request); err != nil {
		return unavailable(err)
	}
	old, err = q.publishFirst(ctx, q.jobs, m)
	if err != nil {
		return unavailable(err)
	}
	if old != nil {
		return sameHash(old, hash)
	}
	return nil
}

func sameHash(m *jetstream.RawStreamMsg, hash string) error {
	if m.Header.Get(headerHash) != hash {
		return ErrDiffers
	}
	return nil
}

// State is how far a batch is.
type State struct {
	Received []int // items that are there, ascending
	Answered int   // of them
}

// State says how far a batch is.
func (q *Queue) State(ctx context.Context, b *Batch) (s State, err error) {
	there := make([]bool, b.Items)
	// Jobs first: one that ends meanwhile is among the answers then.
	if err := mark(ctx, q.jobs, jobSubject(b.Plan, b.key(), "*"), there); err != nil {
		return s, err
	}
	answered := make([]bool, b.Items)
	if err := mark(ctx, q.results, resultSubject(b.key(), "*"), answered); err != nil {
		return s, err
	}
	s.Received = []int{}
	for n := range there {
		if there[n] || answered[n] {
			s.Received = append(s.Received, n)
		}
		if answered[n] {
			s.Answered++
		}
	}
	return s, nil
}

// mark notes which items a stream has.
func mark(ctx context.Context, s jetstream.Stream, subjects string, there []bool) error {
	ctx, stop := soon(ctx)
	defer stop()
	info, err := s.Info(ctx, jetstream.WithSubjectFilter(subjects))
	if err != nil {
		return unavailable(err)
	}
	for subject := range info.State.Subjects {
		if n, ok := itemOf(subject); ok && n < len(there) {
			there[n] = true
		}
	}
	return nil
}

// itemOf reads the item from the end of a subject.
func itemOf(subject string) (int, bool) {
	n, err := strconv.Atoi(subject[strings.LastIndexByte(subject, '.')+1:])
	return n, err == nil && n >= 0
}

// Failure is why an item has no response.
type Failure struct{ Problem, Detail string }

func (f *Failure) Error() string { return f.Detail }

// Answer is the one answer of an item: a response or a failure.
type Answer struct {
	Response []byte
	Failure  *Failure
}

// Answer gives the answer of an item, or nil while there is none.
func (q *Queue) Answer(ctx context.Context, b *Batch, item int) (*Answer, error) {
	m, err := last(ctx, q.results, resultSubject(b.key(), item))
	if err != nil || m == nil {
		return nil, unavailable(err)
	}
	if p := m.Header.Get(headerProblem); p != "" {
		return &Answer{Failure: &Failure{p, string(m.Data)}}, nil
	}
	response, err := q.content(ctx, m.Header, m.Data)
	if errors.Is(err, jetstream.ErrObjectNotFound) {
		return nil, ErrNotFound // it is being deleted
	}
	if err != nil {
		return nil, unavailable(err)
	}
	return &Answer{Response: response}, nil
}
