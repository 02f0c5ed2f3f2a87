package service

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"syscall"
	"time"

	"hecc/runtime/jobs"
	"hecc/runtime/server"
	"hecc/runtime/service/keystore"
)

// beforeQueue is when a client may ask again where batches have no room, or a cluster chooses a leader.
const beforeQueue = 2 * time.Second

// refusalOf says what kind of problem an error is. What is none of the client's is internal, and its text is
// for the log only.
func refusalOf(err error) *refusal {
	var (
		known   *refusal
		large   *http.MaxBytesError
		body    *server.TooLargeError
		file    *server.FileError
		other   *server.ForeignError
		bad     *keystore.BadError
		size    *keystore.PartSizeError
		missing *keystore.MissingError
		keys    *keystore.RefusedError
		batch   *jobs.BadError
		many    *jobs.TooLargeError
	)
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &keys):
		return refuse(refusedKeys, "%v", keys)
	case errors.As(err, &large):
		return refuse(tooLarge, "at most %d bytes are taken", large.Limit)
	case errors.As(err, &body):
		return refuse(tooLarge, "%v", body)
	case errors.As(err, &file):
		return refuse(damaged, "%v", file)
	case errors.As(err, &other):
		return refuse(foreign, "%v", err)
	case errors.As(err, &bad):
		return refuse(malformed, "%v", bad)
	case errors.As(err, &batch):
		return refuse(malformed, "%v", batch)
	case errors.As(err, &many):
		return refuse(tooLarge, "%v", many)
	case errors.As(err, &size):
		return refuse(partSize, "%v", size)
	case errors.As(err, &missing):
		return refuse(partsMissing, "%v", missing)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return refuse(malformed, "the body broke off")
	case errors.Is(err, context.Canceled):
		return refuse(slowClient, "the connection broke off")
	case errors.Is(err, os.ErrDeadlineExceeded):
		return refuse(slowClient, "the time for so many bytes is over")
	case errors.Is(err, context.DeadlineExceeded):
		return refuse(tookTooLong, "it was stopped")
	}
	for cause, k := range map[error]*kind{
		keystore.ErrNotFound:   unknownKeySet,
		keystore.ErrTooMany:    tooManyKeySets,
		keystore.ErrFull:       storeFull,
		syscall.ENOSPC:         storeFull,
		keystore.ErrOtherBytes: partDiffers,
		keystore.ErrHash:       wrongHash,
		jobs.ErrNotFound:       unknownBatch,
		jobs.ErrDiffers:        batchDiffers,
		jobs.ErrNoKeys:         unknownKeySet,
	} {
		if errors.Is(err, cause) {
			return refuse(k, "%v", cause)
		}
	}
	for cause, k := range map[error]*kind{jobs.ErrClientFull: clientBusy, jobs.ErrFull: busy, jobs.ErrUnavailable: busy} {
		if errors.Is(err, cause) {
			return later(k, beforeQueue, "%v", cause)
		}
	}
	return refuse(internal, "the log of the service says more under this instance")
}
