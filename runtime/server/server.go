package server

import (
	"context"
	"fmt"
	"io"

	"hecc/backend/lattigo/eval"
	"hecc/ir/plan"
	"hecc/runtime/wire"
)

// The errors that the package documentation lists.
type (
	FileError    = plan.FileError
	ForeignError = wire.ForeignError
	MemoryError  = eval.MemoryError
	ClosedError  = eval.ClosedError
)

// TooLargeError says that a request has more bytes than are allowed.
type TooLargeError struct{ Limit int64 }

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("the request has more than %d bytes: send fewer samples at a time", e.Limit)
}

// Options say how a model runs, not what it computes. The zero value is the default.
type Options struct {
	Threads    int   // that a call of Run uses; 0: one
	Runs       int   // how many runs of all sessions are computed at the same time, each with Model.RunBytes; 0: one for each processor
	Memory     int64 // bytes that a session may take: more than the least saves work in each run; 0: the least
	MaxRequest int64 // bytes that a request may have; 0: 256 MiB
}

const defaultMaxRequest = 256 << 20

// mostBytes bounds what is read of a plan.
const mostBytes = 8 << 30

// Model is a plan that is ready to run. Safe for concurrent use.
type Model struct {
	model      *eval.Model
	plan       *plan.Interface
	maxRequest int64
}

// Load reads a plan and prepares all that no key touches. It reads to the end and does not close r. When ctx
// is done it ends with the context's error.
func Load(ctx context.Context, r io.Reader, o Options) (*Model, error) {
	file, err := io.ReadAll(io.LimitReader(r, mostBytes+1))
	if err != nil {
		return nil, err
	}
	if len(file) > mostBytes {
		return nil, &FileError{Err: fmt.Errorf("the plan has more than %d bytes", int64(mostBytes))}
	}
	p, err := plan.Decode(file)
	if err != nil {
		return nil, err
	}
	var options []eval.Option
	if o.Threads > 0 {
		options = append(options, eval.Threads(o.Threads))
	}
	if o.Runs > 0 {
		options = append(options, eval.Runs(o.Runs))
	}
	if o.Memory > 0 {
		options = append(options, eval.Memory(o.Memory))
	}
	m, err := eval.Load(ctx, p, options...)
	if err != nil {
		return nil, err
	}
	if o.MaxRequest == 0 {
		o.MaxRequest = defaultMaxRequest
	}
	return &Model{m, &p.Interface, o.MaxRequest}, nil
}

// ID names the plan: the SHA-256 of its interface, in hexadecimal digits. Its clients have the same.
func (m *Model) ID() string { return m.plan.ID().String() }

// Name is the name of the model's file.
func (m *Model) Name() string { return m.plan.Model }

// Lanes is how many samples are computed at once: a request is answered soonest with that many or a multiple.
func (m *Model) Lanes() int { return m.plan.Lanes }

// WriteClient writes the client file, which clients need and anyone may have.
func (m *Model) WriteClient(w io.Writer) error {
	_, err := w.Write(m.plan.Encode())
	return err
}

// Open reads the evaluation keys of one client as they come, with little more memory than the session takes.
// It does not close r, and waits for it even when ctx is done.
func (m *Model) Open(ctx context.Context, keys io.Reader) (*Session, error) {
	s, err := m.model.OpenStream(ctx, keys)
	if err != nil {
		return nil, err
	}
	return &Session{s, m.plan}, nil
}

// ReadRequest reads a request. It reads to the end and does not close r.
func (m *Model) ReadRequest(r io.Reader) (*Request, error) {
	file, err := io.ReadAll(io.LimitReader(r, m.maxRequest+1))
	if err != nil {
		return nil, err
	}
	return m.DecodeRequest(file)
}

// DecodeRequest is ReadRequest for what has been read.
func (m *Model) DecodeRequest(file []byte) (*Request, error) {
	if int64(len(file)) > m.maxRequest {
		return nil, &TooLargeError{m.maxRequest}
	}
	request, err := wire.DecodeRequest(file, m.plan)
	if err != nil {
		return nil, err
	}
	return &Request{request}, nil
}

// Bytes is what the model holds, without sessions and buffers; RunBytes what the buffers of each run take
// that is computed at the same time as others; SessionBytes what each session will take.
func (m *Model) Bytes() int64        { return m.model.Bytes() }
func (m *Model) RunBytes() int64     { return m.model.RunBytes() }
func (m *Model) SessionBytes() int64 { return m.model.SessionBytes() }

// KeyBytes is how many bytes Open reads.
func (m *Model) KeyBytes() int64 { return int64(wire.EvaluationKeysSize(m.plan)) }

// RequestBytes is how many bytes a request of one run can have; ReadRequest needs a limit of at least that.
func (m *Model) RequestBytes() int64 { return int64(wire.RequestSize(m.plan, 1, false)) }

// AnswerBytes is how many bytes the response to a request of so many bytes has at most.
func (m *Model) AnswerBytes(request int64) int64 {
	least := int64(wire.RequestSize(m.plan, 2, true) - wire.RequestSize(m.plan, 1, true) - 4*m.plan.Lanes) // of a run
	runs := 1 + request/least
	each := int64(wire.ResponseSize(m.plan, 2) - wire.ResponseSize(m.plan, 1))
	return int64(wire.ResponseSize(m.plan, 1)) + (runs-1)*each
}

// Close waits for what runs and frees the model. Its sessions have to be closed too. Closing twice is no
// error.
func (m *Model) Close() { m.model.Close() }

// Session is a model with the keys of one client. Safe for concurrent use.
type Session struct {
	session *eval.Session
	plan    *plan.Interface
}

// Run computes the model on all samples of a request. When ctx is done nothing more is begun, and the error
// is the context's.
func (s *Session) Run(ctx context.Context, r *Request) (*Response, error) {
	response, err := s.session.Run(ctx, r.wire, nil)
	if err != nil {
		return nil, err
	}
	return &Response{response, s.plan}, nil
}

// Bytes is what the session holds.
func (s *Session) Bytes() int64 { return s.session.Bytes() }

// Close waits for what runs and frees the session. Closing twice is no error.
func (s *Session) Close() { s.session.Close() }

// Request is encrypted samples.
type Request struct{ wire *wire.Request }

// Samples is how many there are.
func (r *Request) Samples() int { return r.wire.Count() }

// Response is encrypted answers.
type Response struct {
	wire *wire.Response
	plan *plan.Interface
}

// Encode gives the response's bytes for the client.
func (r *Response) Encode() []byte { return r.wire.Encode(r.plan) }

// WriteTo writes them.
func (r *Response) WriteTo(w io.Writer) (int64, error) {
	n, err := w.Write(r.Encode())
	return int64(n), err
}
