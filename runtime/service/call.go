package service

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"runtime/debug"
	"time"
)

// call is a request that is being answered. It counts what goes out.
type call struct {
	http.ResponseWriter
	r      *http.Request
	in     *countingBody
	route  *route // nil if there is none
	client string // "" until it is known
	id     string
	start  time.Time
	err    error // why it could not be answered

	status int // 0: nothing was written yet
	out    int64
}

// Unwrap is for http.ResponseController.
func (c *call) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// WriteHeader notes the status.
func (c *call) WriteHeader(status int) {
	c.status = status
	c.ResponseWriter.WriteHeader(status)
}

// Write counts bytes.
func (c *call) Write(b []byte) (int, error) {
	if c.status == 0 {
		c.WriteHeader(http.StatusOK)
	}
	n, err := c.ResponseWriter.Write(b)
	c.out += int64(n)
	return n, err
}

// countingBody counts what is read of a body.
type countingBody struct {
	io.ReadCloser
	n int64
}

func (b *countingBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.n += int64(n)
	return n, err
}

// begin starts a call. Until a route says how many bytes it waits for, a client has to be done soon.
func (s *Service) begin(w http.ResponseWriter, r *http.Request) *call {
	c := &call{ResponseWriter: w, in: &countingBody{ReadCloser: r.Body}, id: rand.Text(), start: time.Now(), r: r}
	r.Body = c.in
	h := w.Header()
	h.Set("X-Request-Id", c.id)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	if r.ContentLength != 0 {
		c.readUntil(s.limits.deadline(0))
	}
	l := &s.limits
	c.writeUntil(l.deadline(l.Request).Add(l.Wait + l.Compute + l.Patience)) // also the deadline of the request before ends here
	return c
}

// readUntil and writeUntil set deadlines, where the connection has any.
func (c *call) readUntil(t time.Time)  { _ = http.NewResponseController(c).SetReadDeadline(t) }
func (c *call) writeUntil(t time.Time) { _ = http.NewResponseController(c).SetWriteDeadline(t) }

// end writes what went wrong, and notes the call.
func (s *Service) end(c *call) {
	if p := recover(); p != nil {
		if p == http.ErrAbortHandler {
			panic(p)
		}
		s.log.Error("panic", "request", c.id, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
		c.err = errors.New("panic")
	}
	broken := false
	if c.err != nil {
		broken = s.fail(c)
	}
	s.metrics.note(c)
	s.logCall(c)
	if broken {
		panic(http.ErrAbortHandler) // the client must not take what it has for the whole
	}
}

// fail answers with a problem, unless an answer has begun.
func (s *Service) fail(c *call) (broken bool) {
	if c.status != 0 {
		c.status = clientGone
		return true
	}
	no := refusalOf(c.err)
	if no.kind.status == http.StatusInternalServerError || no.kind == storeFull {
		s.log.Error("failed", "request", c.id, "error", c.err.Error())
	}
	no.write(c, c.id)
	if errors.Is(c.err, context.Canceled) || errors.Is(c.err, io.ErrUnexpectedEOF) {
		c.status = clientGone
	}
	return false
}

// logCall writes the line of a call: never a path, header or body as it came.
func (s *Service) logCall(c *call) {
	level := slog.LevelInfo
	if c.route != nil && c.route.open && c.err == nil {
		level = slog.LevelDebug
	}
	attrs := []slog.Attr{
		slog.String("request", c.id), slog.String("route", c.routeName()), slog.Int("status", c.status), slog.String("client", c.client),
		slog.Float64("ms", float64(time.Since(c.start).Microseconds())/1000), slog.Int64("in", c.in.n), slog.Int64("out", c.out),
	}
	if c.err != nil {
		attrs = append(attrs, slog.String("problem", refusalOf(c.err).kind.name))
	}
	s.log.LogAttrs(context.Background(), level, "request", attrs...)
}

func (c *call) routeName() string {
	if c.route == nil {
		return "none"
	}
	return c.route.id
}

// writeJSON answers with an object.
func (c *call) writeJSON(status int, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	c.Header().Set("Content-Type", "application/json")
	c.WriteHeader(status)
	_, err = c.Write(append(text, '\n'))
	return err
}

const octets = "application/octet-stream"

// checkType wants a body of a media type, as it is.
func (c *call) checkType(want string) error {
	got, _, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil || got != want {
		return refuse(mediaType, "this route takes %s", want)
	}
	if e := c.r.Header.Get("Content-Encoding"); e != "" && e != "identity" {
		return refuse(mediaType, "the body has a Content-Encoding")
	}
	return nil
}

// mostJSON bounds the objects that clients send.
const mostJSON = 4 << 10

// readJSON reads a small object.
func (c *call) readJSON(v any) error {
	if err := c.checkType("application/json"); err != nil {
		return err
	}
	d := json.NewDecoder(http.MaxBytesReader(c, c.r.Body, mostJSON))
	d.DisallowUnknownFields()
	err := d.Decode(v)
	if err == nil && d.More() {
		err = errors.New("more than one value")
	}
	if large := (*http.MaxBytesError)(nil); err != nil && !errors.As(err, &large) && !isTimeout(err) {
		return refuse(malformed, "the body is not the object that is expected: %v", err)
	}
	return err
}

func isTimeout(err error) bool {
	t, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](err)
	return ok && t.Timeout()
}
