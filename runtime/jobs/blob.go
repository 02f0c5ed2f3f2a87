package jobs

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nuid"
)

// Headers of messages.
const (
	headerClient  = "Hecc-Client"
	headerKeySet  = "Hecc-Keyset"
	headerHash    = "Hecc-Request-Sha256" // of jobs and of their answers
	headerObject  = "Hecc-Object"         // where the bytes are that the message has not
	headerProblem = "Hecc-Problem"        // of failures, whose detail is the content
)

// fill puts content into a message, or into the object store under a name that begins with the batch's. Each try has a
// name of its own: one that seems to have failed may end after the next.
func (s *stores) fill(ctx context.Context, m *nats.Msg, batch string, content []byte) error {
	if len(content) <= s.inline {
		m.Data = content
		return nil
	}
	name := batch + "." + nuid.Next()
	m.Header.Set(headerObject, name)
	ctx, stop := carrying(ctx, int64(len(content)))
	defer stop()
	_, err := s.data.Put(ctx, jetstream.ObjectMeta{Name: name}, bytes.NewReader(content))
	return err
}

// content gives what fill has put away.
func (s *stores) content(ctx context.Context, h nats.Header, data []byte) ([]byte, error) {
	name := h.Get(headerObject)
	if name == "" {
		return data, nil
	}
	short, stop := soon(ctx)
	defer stop()
	info, err := s.data.GetInfo(short, name)
	if err != nil {
		return nil, err
	}
	ctx, done := carrying(ctx, int64(info.Size))
	defer done()
	o, err := s.data.Get(ctx, name)
	if err != nil {
		return nil, err
	}
	b := make([]byte, info.Size)
	_, err = io.ReadFull(o, b)
	if err == nil {
		_, err = io.Copy(io.Discard, o) // its hash is compared at the end
	}
	return b, errors.Join(err, o.Close())
}

// deleteObjects deletes all objects of a batch.
func (q *Queue) deleteObjects(ctx context.Context, batch string) error {
	list, err := q.data.List(ctx)
	if errors.Is(err, jetstream.ErrNoObjectsFound) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, info := range list {
		if strings.HasPrefix(info.Name, batch+".") {
			if err := q.data.Delete(ctx, info.Name); err != nil && !errors.Is(err, jetstream.ErrObjectNotFound) {
				return err
			}
		}
	}
	return nil
}

// isConflict says that there is a message under that subject already.
func isConflict(err error) bool {
	c := code(err)
	return c == jetstream.JSErrCodeStreamWrongLastSequence || c == jetstream.JSErrCodeStreamWrongLastSequenceConstant
}

// last gives the message under a subject, or nil.
func last(ctx context.Context, s jetstream.Stream, subject string) (*jetstream.RawStreamMsg, error) {
	ctx, stop := soon(ctx)
	defer stop()
	m, err := s.GetLastMsgForSubject(ctx, subject)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return nil, nil
	}
	return m, err
}

// publishFirst publishes a message if there is none under its subject, else it gives the one that is there, and deletes
// what fill has put away for this one. The one that is there may be this one, if its acknowledgement was lost.
func (s *stores) publishFirst(ctx context.Context, stream jetstream.Stream, m *nats.Msg) (*jetstream.RawStreamMsg, error) {
	within, stop := carrying(ctx, int64(len(m.Data)))
	defer stop()
	_, err := s.js.PublishMsg(within, m, jetstream.WithExpectLastSequencePerSubject(0))
	if !isConflict(err) {
		return nil, err
	}
	first, err := last(ctx, stream, m.Subject)
	if own := m.Header.Get(headerObject); first != nil && own != "" && own != first.Header.Get(headerObject) {
		_ = s.data.Delete(ctx, own) // it goes with the batch at the latest
	}
	return first, err
}
