//go:build unix

package jobs_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"hecc/runtime/jobs"
)

const (
	plan     = "0000000000000000000000000000000000000000000000000000000000000001"
	password = "a-password-of-enough-letters"
	client   = "alice in Łódź" // as certificates may name clients
	ackWait  = 400 * time.Millisecond

	poison = "poison" // what a request begins with that kills workers
	takes  = 15 * time.Millisecond
)

var quiet = slog.New(slog.DiscardHandler)

// What a child process of the tests is, and where the servers are.
const (
	childRole = "HECC_JOBS_CHILD"
	childURL  = "HECC_JOBS_URL"
)

func TestMain(m *testing.M) {
	switch os.Getenv(childRole) {
	case "worker":
		workerChild(os.Getenv(childURL))
	case "node":
		nodeChild()
	}
	os.Exit(m.Run())
}

// answerTo is what a request is answered with, by whichever worker.
func answerTo(request []byte) []byte {
	return append([]byte("answer to "), request...)
}

// compute takes a while, and dies of poison.
func compute(ctx context.Context, job *jobs.Job) ([]byte, error) {
	fmt.Println("has", job.Item)
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-time.After(takes):
	}
	if job.Client != client {
		return nil, &jobs.Failure{Problem: "foreign", Detail: job.Client}
	}
	if bytes.HasPrefix(job.Request, []byte(poison)) {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	}
	return answerTo(job.Request), nil
}

// workerChild works until it is killed.
func workerChild(url string) {
	ctx := context.Background()
	nc, err := jobs.Connect(ctx, jobs.Access{URLs: url, Password: password}, "child", quiet)
	if err == nil {
		var w *jobs.Worker
		if w, err = jobs.Join(ctx, nc, quiet); err == nil {
			err = w.Run(ctx, plan, time.Second, compute)
		}
	}
	fmt.Println("error", err)
	os.Exit(1)
}

// child is a process that is to be killed.
type child struct {
	cmd  *exec.Cmd
	said chan string
	end  sync.Once
}

func startChild(t *testing.T, role string, env ...string) *child {
	t.Helper()
	exe, err := os.Executable()
	check(t, err)
	c := &child{cmd: exec.Command(exe), said: make(chan string, 1000)}
	c.cmd.Env = append(append(os.Environ(), childRole+"="+role), env...)
	out, err := c.cmd.StdoutPipe()
	check(t, err)
	check(t, c.cmd.Start())
	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			c.said <- lines.Text()
		}
		close(c.said)
	}()
	t.Cleanup(c.kill)
	return c
}

// kill is kill -9. It may be called again.
func (c *child) kill() {
	c.end.Do(func() {
		_ = c.cmd.Process.Kill()
		_ = c.cmd.Wait()
	})
}

// until waits until it says something that begins so; false if it has ended.
func (c *child) until(text string) bool {
	for line := range c.said {
		if strings.HasPrefix(line, text) {
			return true
		}
	}
	return false
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// rig is a front end.
type rig struct {
	t     *testing.T
	ctx   context.Context
	queue *jobs.Queue
	js    jetstream.JetStream
	batch *jobs.Batch
}

// newRig opens the queue over a connection, and begins a batch.
func newRig(t *testing.T, nc *nats.Conn, items, bytes int) *rig {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	t.Cleanup(cancel)
	r := &rig{t: t, ctx: ctx}
	var err error
	r.queue, err = jobs.Open(ctx, nc, jobs.Options{AckWait: ackWait, Plans: []string{plan}, Elsewhere: true})
	check(t, err)
	t.Cleanup(func() { _ = r.queue.Close() })
	r.js, err = jetstream.New(nc)
	check(t, err)
	b := jobs.Batch{ID: strings.Repeat("a", 32), Client: client, Plan: plan, KeySet: "keys", Items: items, ItemBytes: int64(bytes), AnswerBytes: int64(bytes + 20)}
	_, err = r.queue.Create(ctx, b)
	check(t, err)
	r.batch, err = r.queue.Find(client, b.ID)
	check(t, err)
	return r
}

// put sends an item until it is kept, as clients do that get 503.
func (r *rig) put(item int, request []byte) {
	r.t.Helper()
	for r.ctx.Err() == nil {
		err := r.queue.Put(r.ctx, r.batch, item, request)
		if err == nil {
			return
		}
		if !errors.Is(err, jobs.ErrUnavailable) {
			r.t.Fatalf("item %d: %v", item, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
	r.t.Fatalf("item %d is not taken", item)
}

// answer waits for an answer.
func (r *rig) answer(item int) *jobs.Answer {
	r.t.Helper()
	for r.ctx.Err() == nil {
		a, err := r.queue.Answer(r.ctx, r.batch, item)
		if a != nil {
			return a
		}
		if err != nil && !errors.Is(err, jobs.ErrUnavailable) {
			r.t.Fatalf("item %d: %v", item, err)
		}
		time.Sleep(10 * time.Millisecond)
	}
	r.t.Fatalf("item %d is not answered", item)
	return nil
}

// once wants one answer of each item in the streams, and no job.
func (r *rig) once() {
	r.t.Helper()
	for name, want := range map[string]int{"HECC_RESULTS": r.batch.Items, "HECC_JOBS": 0} {
		var info *jetstream.StreamInfo
		for range 200 { // the last acknowledgement may still be on its way
			s, err := r.js.Stream(r.ctx, name)
			check(r.t, err)
			info, err = s.Info(r.ctx, jetstream.WithSubjectFilter(">"))
			check(r.t, err)
			if int(info.State.Msgs) == want {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		if int(info.State.Msgs) != want || len(info.State.Subjects) != want {
			r.t.Errorf("%s has %d messages of %d items, expected %d", name, info.State.Msgs, len(info.State.Subjects), want)
		}
	}
	s, err := r.queue.State(r.ctx, r.batch)
	if err != nil || s.Answered != r.batch.Items || len(s.Received) != r.batch.Items {
		r.t.Errorf("the batch is %+v, %v", s, err)
	}
}
