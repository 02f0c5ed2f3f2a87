package jobs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// Batch is requests of a client that are answered in their own time.
type Batch struct {
	ID          string    `json:"id"` // that the client has drawn
	Client      string    `json:"client"`
	Plan        string    `json:"plan"`
	KeySet      string    `json:"keyset"`
	Items       int       `json:"items"`
	ItemBytes   int64     `json:"item_bytes"`   // that a request has at most
	AnswerBytes int64     `json:"answer_bytes"` // that its answer has at most
	Begun       time.Time `json:"begun"`
}

var (
	// ErrNotFound says that the client has no such batch.
	ErrNotFound = errors.New("no such batch")
	// ErrDiffers says that there is something else under that name.
	ErrDiffers = errors.New("it is there already, and is another one")
	// ErrClientFull says that the client's batches take as much as they may.
	ErrClientFull = errors.New("the client's batches take as much as they may")
	// ErrFull says that all batches together do, or the disks of NATS.
	ErrFull = errors.New("batches take as much as they may")
	// ErrUnavailable says that NATS does not answer, as while a cluster chooses a leader.
	ErrUnavailable = errors.New("the queue of jobs does not answer")
)

// BadError says what is wrong with what a client asked for.
type BadError struct{ Reason string }

func (e *BadError) Error() string { return e.Reason }

// TooLargeError says that a batch and its answers have more bytes than one may have.
type TooLargeError struct{ Limit int64 }

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("a batch and its answers have %d bytes at most: announce fewer items", e.Limit)
}

// MostItems is how many items a batch may have.
func (q *Queue) MostItems() int { return q.o.Items }

// idBytes is the length of the IDs of batches.
const idBytes = 16

// key names a batch in NATS; nothing there is made of what clients call themselves or their batches.
func (b *Batch) key() string { return keyOf(b.Client, b.ID) }

func keyOf(client, id string) string {
	sum := sha256.Sum256([]byte(client + "\x00" + id))
	return hex.EncodeToString(sum[:idBytes])
}

// overhead is counted for each item besides its bytes.
const overhead = 2 << 10

// bytes is what a batch takes when all is there.
func (b *Batch) bytes() int64 { return int64(b.Items) * (b.ItemBytes + b.AnswerBytes + overhead) }

// shareOfClient is the part of Options.Bytes that one client may take.
const shareOfClient = 4

func (q *Queue) check(b *Batch) error {
	most := q.o.Bytes / shareOfClient
	switch {
	case len(b.ID) != 2*idBytes || strings.Trim(b.ID, "0123456789abcdef") != "":
		return &BadError{fmt.Sprintf("the ID of a batch has %d lower-case hexadecimal digits", 2*idBytes)}
	case b.Items < 1 || b.Items > q.o.Items:
		return &BadError{fmt.Sprintf("a batch has 1 to %d items", q.o.Items)}
	case b.ItemBytes < 1 || b.ItemBytes > most || b.AnswerBytes > most || b.bytes() > most:
		return &TooLargeError{most}
	}
	return nil
}

// Create keeps a batch, or finds it if it is there. Errors are *BadError, *TooLargeError, ErrDiffers, ErrClientFull, ErrFull
// and ErrUnavailable.
func (q *Queue) Create(ctx context.Context, b Batch) (made bool, err error) {
	if err := q.check(&b); err != nil {
		return false, err
	}
	if old, err := q.Find(b.Client, b.ID); err == nil {
		return false, same(old, &b)
	}
	if err := q.reserve(&b); err != nil {
		return false, err
	}
	text, err := json.Marshal(&b)
	if err == nil {
		ctx, stop := soon(ctx)
		defer stop()
		_, err = q.records.Create(ctx, b.key(), text)
	}
	if err == nil {
		return true, nil
	}
	q.forget(b.key())
	return false, unavailable(err) // of a batch that another front end has made too, it is told when it asks again
}

// same says whether a batch that is there is the one that is asked for.
func same(old, b *Batch) error {
	c := *b
	if c.Begun = old.Begun; c != *old {
		return ErrDiffers
	}
	return nil
}

// reserve lets a batch in if there is room for all that it may take.
func (q *Queue) reserve(b *Batch) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	var all, mine int64
	n := 0
	for _, other := range q.batches {
		all += other.bytes()
		if other.Client == b.Client {
			mine += other.bytes()
			n++
		}
	}
	switch {
	case n >= q.o.BatchesPerClient || mine+b.bytes() > q.o.Bytes/shareOfClient:
		return ErrClientFull
	case all+b.bytes() > q.o.Bytes:
		return ErrFull
	}
	q.batches[b.key()] = b
	return nil
}

func (q *Queue) forget(key string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.batches, key)
}

// Find gives a batch, or ErrNotFound.
func (q *Queue) Find(client, id string) (*Batch, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if b := q.batches[keyOf(client, id)]; b != nil {
		return b, nil
	}
	return nil, ErrNotFound
}

// List gives the client's batches, oldest first.
func (q *Queue) List(client string) (list []*Batch) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, b := range q.batches {
		if b.Client == client {
			list = append(list, b)
		}
	}
	slices.SortFunc(list, func(a, b *Batch) int {
		if c := a.Begun.Compare(b.Begun); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return list
}

// Bytes is what all batches may take.
func (q *Queue) Bytes() (bytes int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, b := range q.batches {
		bytes += b.bytes()
	}
	return bytes
}

// Delete deletes a batch with its requests and answers. What is being computed of it is thrown away.
func (q *Queue) Delete(ctx context.Context, b *Batch) error {
	key := b.key()
	ctx, stop := carrying(ctx, b.bytes()) // of objects, each takes a call
	defer stop()
	if err := q.jobs.Purge(ctx, jetstream.WithPurgeSubject(jobSubject(b.Plan, key, "*"))); err != nil {
		return unavailable(err)
	}
	if err := q.results.Purge(ctx, jetstream.WithPurgeSubject(resultSubject(key, "*"))); err != nil {
		return unavailable(err)
	}
	if max(b.ItemBytes, b.AnswerBytes) > int64(q.inline) {
		if err := q.deleteObjects(ctx, key); err != nil {
			return unavailable(err)
		}
	}
	if err := q.records.Delete(ctx, key); err != nil && !errors.Is(err, jetstream.ErrKeyNotFound) {
		return unavailable(err)
	}
	q.forget(key)
	return nil
}

// Expire deletes batches that are older than Options.Age, and says how many.
func (q *Queue) Expire(ctx context.Context, now time.Time) (expired int, err error) {
	q.mu.Lock()
	var old []*Batch
	for _, b := range q.batches {
		if now.Sub(b.Begun) > q.o.Age {
			old = append(old, b)
		}
	}
	q.mu.Unlock()
	for _, b := range old {
		if e := q.Delete(ctx, b); e != nil {
			err = errors.Join(err, e)
		} else {
			expired++
		}
	}
	return expired, err
}

// watch reads all batches, and goes on to hear of those that other front ends make and delete.
func (q *Queue) watch(ctx context.Context) error {
	w, err := q.records.WatchAll(context.WithoutCancel(ctx))
	if err != nil {
		return unavailable(err)
	}
	q.watcher = w
	for {
		select {
		case e := <-w.Updates():
			if e == nil { // all that there were
				go func() {
					for e := range w.Updates() {
						q.heard(e)
					}
				}()
				return nil
			}
			q.heard(e)
		case <-ctx.Done():
			return errors.Join(ctx.Err(), w.Stop())
		}
	}
}

func (q *Queue) heard(e jetstream.KeyValueEntry) {
	if e == nil {
		return // it begins again after a reconnection
	}
	if e.Operation() != jetstream.KeyValuePut {
		q.forget(e.Key())
		return
	}
	b := &Batch{}
	if json.Unmarshal(e.Value(), b) != nil || b.key() != e.Key() {
		return // none of ours
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.batches[e.Key()] = b
}

// unavailable tells full disks from a server that does not answer.
func unavailable(err error) error {
	switch code(err) {
	case storageExceeded, storeFailed:
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}
