package jobs

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// longestKeys is how long a key set may take.
const longestKeys = 5 * time.Minute

// ShareKeys puts a key set where workers in other processes find it, if there are any and it is not there.
func (q *Queue) ShareKeys(ctx context.Context, client, keySet string, open func() (io.ReadCloser, error)) error {
	if !q.o.Elsewhere {
		return nil
	}
	q.sharing.Lock()
	defer q.sharing.Unlock()
	name := keyOf(client, keySet)
	ctx, stop := context.WithTimeout(ctx, longestKeys)
	defer stop()
	_, err := q.keys.GetInfo(ctx, name)
	if err == nil {
		return nil
	}
	if !errors.Is(err, jetstream.ErrObjectNotFound) {
		return unavailable(err)
	}
	r, err := open()
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = q.keys.Put(ctx, jetstream.ObjectMeta{Name: name}, r)
	return unavailable(err)
}

// DropKeys deletes a key set that is no more.
func (q *Queue) DropKeys(ctx context.Context, client, keySet string) error {
	if !q.o.Elsewhere {
		return nil
	}
	ctx, stop := soon(ctx)
	defer stop()
	err := q.keys.Delete(ctx, keyOf(client, keySet))
	if errors.Is(err, jetstream.ErrObjectNotFound) {
		return nil
	}
	return unavailable(err)
}

// ErrNoKeys says that a key set is not there any more.
var ErrNoKeys = errors.New("the key set was deleted")

// Keys reads a key set that a front end has put there.
func (w *Worker) Keys(ctx context.Context, client, keySet string) (io.ReadCloser, error) {
	ctx, cancel := context.WithTimeout(ctx, longestKeys)
	var r jetstream.ObjectResult
	var gone error
	err := retry(ctx, func() (err error) {
		if r, err = w.stores.keys.Get(ctx, keyOf(client, keySet)); errors.Is(err, jetstream.ErrObjectNotFound) {
			gone, err = ErrNoKeys, nil
		}
		return err
	})
	if err = errors.Join(err, gone); err != nil {
		cancel()
		return nil, err
	}
	return &keyReader{r, cancel}, nil
}

// keyReader ends what reads along when it is closed.
type keyReader struct {
	jetstream.ObjectResult
	cancel context.CancelFunc
}

func (r *keyReader) Close() error {
	defer r.cancel()
	return r.ObjectResult.Close()
}
