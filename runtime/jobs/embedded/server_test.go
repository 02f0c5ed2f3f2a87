package embedded

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"hecc/runtime/jobs"
)

// TestRights: a worker's password opens what workers need, and neither streams nor anybody else's door.
func TestRights(t *testing.T) {
	const password = "a-password-of-enough-letters"
	s, err := Start(Options{Dir: t.TempDir(), Listen: "127.0.0.1:0", Password: password, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	own, err := s.Connect()
	if err != nil {
		t.Fatal(err)
	}
	defer own.Close()
	queue, err := jobs.Open(t.Context(), own, jobs.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer queue.Close()
	url := "nats://" + s.Addr().String()
	for _, user := range []nats.Option{nats.UserInfo(jobs.DefaultUser, "another"), nats.UserInfo(front, password), nats.UserInfo("", ""), nats.Name("nobody")} {
		if nc, err := nats.Connect(url, user); !errors.Is(err, nats.ErrAuthorization) {
			t.Errorf("let in: %v, %v", nc, err)
		}
	}
	nc, err := nats.Connect(url, nats.UserInfo(jobs.DefaultUser, password))
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	if _, err := jobs.Join(t.Context(), nc, slog.New(slog.DiscardHandler)); err != nil {
		t.Error(err)
	}
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if err := js.DeleteStream(ctx, "HECC_RESULTS"); err == nil {
		t.Error("a worker deletes all answers")
	}
	if _, err := js.Publish(ctx, "hecc.jobs.p.b.0", nil); err == nil {
		t.Error("a worker makes a job")
	}
}
