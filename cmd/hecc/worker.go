package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"hecc/runtime/jobs"
	"hecc/runtime/service"
)

func newWorker() *cobra.Command {
	var o natsOptions
	var memory byteSize
	cmd := &cobra.Command{
		Use:   "worker PLAN... --nats URL",
		Short: "Compute batches for a service elsewhere",
		Long: `Compute the requests of batches that a service (hecc serve) takes, on another machine, until
interrupted; then what is in hand is finished. The machine needs the plans, and a connection to the
NATS servers that the service uses: those of --nats there, or the service itself, if it was started
with --workers.

A worker sees plans, ciphertexts and evaluation keys, and nothing that they could be decrypted with.
It may end at any time: what it had in hand is computed by another.`,
		Example: `  hecc worker mlp.hecc --nats tls://example.org:4222 --nats-password password
  hecc worker mlp.hecc --nats tls://a.example,tls://b.example --nats-creds creds`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{errors.New("takes at least one PLAN")}
			}
			return required(cmd, "nats")
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.check(); err != nil {
				return err
			}
			return runWorker(cmd.Context(), args, &o, memory)
		},
	}
	o.flags(cmd, "NATS servers, with commas between (a cluster's others are found)")
	cmd.Flags().Var(&memory, "max-memory", "memory that the worker may take, as 8GiB (default: what this machine or container has)")
	return cmd
}

func runWorker(ctx context.Context, plans []string, o *natsOptions, memory byteSize) error {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM)
	defer stop()
	log := newLog()
	models, limits, err := loadServed(ctx, plans, memory)
	if err != nil {
		return err
	}
	nc, err := jobs.Connect(ctx, o.access, "hecc worker", log)
	if err != nil {
		return natsError(err)
	}
	defer nc.Close()
	joined, err := jobs.Join(ctx, nc, log)
	if err != nil {
		return natsError(err)
	}
	w, err := service.NewWorker(models, limits, joined, log)
	if err != nil {
		return err
	}
	go func() {
		<-ctx.Done()
		signal.Reset() // a second signal ends it at once
	}()
	for k, m := range models {
		log.Info("plan", "file", plans[k], "model", m.Name(), "id", m.ID(), "bytes", m.Bytes(), "session_bytes", m.SessionBytes())
	}
	log.Info("working", "nats", nc.ConnectedUrlRedacted(), "jobs_at_a_time", limits.Slots, "memory_for_sessions", limits.Sessions)
	w.Run(ctx)
	log.Info("ended")
	return nil
}

// newLog is the log of what runs for long: JSON on standard error.
func newLog() *slog.Logger {
	level := slog.LevelInfo
	if onlyErrors {
		level = slog.LevelWarn
	}
	return slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
}
