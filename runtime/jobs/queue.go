package jobs

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Options bound a queue. Zero values are the defaults.
type Options struct {
	Bytes            int64         // of requests and answers of all batches, as announced, a quarter of them of one client; 0: 4 GiB
	BatchesPerClient int           // batches that a client may have; 0: 16
	Items            int           // requests of a batch; 0: 4096
	Age              time.Duration // after which a batch is deleted; 0: 24 hours
	AckWait          time.Duration // after which the job of a worker that is not heard of goes to another; 0: 10 s

	Plans     []string // IDs of the plans that jobs are for
	Elsewhere bool     // workers run in other processes too, and find keys in the object store
}

func (o Options) withDefaults() Options {
	if o.Bytes == 0 {
		o.Bytes = 4 << 30
	}
	if o.BatchesPerClient == 0 {
		o.BatchesPerClient = 16
	}
	if o.Items == 0 {
		o.Items = 4096
	}
	if o.Age == 0 {
		o.Age = 24 * time.Hour
	}
	if o.AckWait == 0 {
		o.AckWait = 10 * time.Second
	}
	return o
}

const (
	jobsStream    = "HECC_JOBS"
	resultsStream = "HECC_RESULTS"
	batchesBucket = "HECC_BATCHES"
	dataBucket    = "HECC_DATA"
	keysBucket    = "HECC_KEYS"
)

func jobSubject(plan, batch string, item any) string {
	return fmt.Sprintf("hecc.jobs.%s.%s.%v", plan, batch, item)
}

func resultSubject(batch string, item any) string {
	return fmt.Sprintf("hecc.results.%s.%v", batch, item)
}

// stores are the streams and buckets that front ends and workers share.
type stores struct {
	js            jetstream.JetStream
	jobs, results jetstream.Stream
	data, keys    jetstream.ObjectStore
	inline        int // bytes that go into a message itself
}

// mostInline leaves room for headers in the 1 MiB that servers take by default.
const mostInline = 512 << 10

func newStores(nc *nats.Conn) (s stores, err error) {
	s.js, err = jetstream.New(nc)
	s.inline = int(min(mostInline, nc.MaxPayload()/2))
	return s, err
}

// Queue is the front end's side. Safe for concurrent use.
type Queue struct {
	stores
	o       Options
	records jetstream.KeyValue
	watcher jetstream.KeyWatcher

	mu      sync.Mutex
	batches map[string]*Batch // by key
	sharing sync.Mutex        // one key set at a time
}

// Open makes the streams where there are none, three times where the servers are a cluster, and finds the
// batches that are there. It tries until ctx is done: a cluster may be choosing a leader.
func Open(ctx context.Context, nc *nats.Conn, o Options) (*Queue, error) {
	q := &Queue{o: o.withDefaults(), batches: map[string]*Batch{}}
	var err error
	if q.stores, err = newStores(nc); err != nil {
		return nil, err
	}
	replicas := 3
	err = retry(ctx, func() error {
		ctx, stop := soon(ctx)
		defer stop()
		err := q.make(ctx, replicas)
		if code(err) == replicasNotSupported {
			replicas = 1
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("the streams cannot be made: %w", err)
	}
	return q, q.watch(ctx)
}

// Error codes of NATS that the client library has no names for.
const (
	replicasNotSupported jetstream.ErrorCode = 10074 // by a server that is alone
	storageExceeded      jetstream.ErrorCode = 10047
	storeFailed          jetstream.ErrorCode = 10077 // a stream is full
)

// code is the server's error code, or 0.
func code(err error) jetstream.ErrorCode {
	if of := jetstream.JetStreamError(nil); errors.As(err, &of) && of.APIError() != nil {
		return of.APIError().ErrorCode
	}
	return 0
}

// slack is room in streams for the bytes of messages that are not content.
const slack = 64 << 20

// make makes streams, buckets and consumers, or brings them up to date.
func (q *Queue) make(ctx context.Context, replicas int) (err error) {
	stale := 2 * q.o.Age // what was left behind by a batch that was being deleted
	if q.jobs, err = q.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: jobsStream, Subjects: []string{jobSubject("*", "*", "*")}, Description: "requests of hecc that are to be computed",
		Retention: jetstream.WorkQueuePolicy, Discard: jetstream.DiscardNew, MaxBytes: q.o.Bytes + slack, MaxAge: stale, Replicas: replicas,
	}); err != nil {
		return err
	}
	if q.results, err = q.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: resultsStream, Subjects: []string{resultSubject("*", "*")}, Description: "answers of hecc, one for each request",
		Discard: jetstream.DiscardNew, MaxBytes: q.o.Bytes + slack, MaxAge: stale, Replicas: replicas,
	}); err != nil {
		return err
	}
	if q.records, err = q.js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: batchesBucket, Replicas: replicas, TTL: 2 * stale}); err != nil {
		return err
	}
	if q.data, err = q.objects(ctx, dataBucket, stale, q.o.Bytes+slack, replicas); err != nil {
		return err
	}
	if q.keys, err = q.objects(ctx, keysBucket, 0, -1, replicas); err != nil {
		return err
	}
	for _, plan := range q.o.Plans {
		if _, err := q.jobs.CreateOrUpdateConsumer(ctx, jetstream.ConsumerConfig{
			Durable: plan, FilterSubject: jobSubject(plan, "*", "*"), AckPolicy: jetstream.AckExplicitPolicy, AckWait: q.o.AckWait, MaxDeliver: -1,
		}); err != nil {
			return err
		}
	}
	return nil
}

// objects makes an object store whose reads are answered by the leader of its stream alone, unlike those that the
// client library makes: a replica that is behind would say that there is no such object.
func (q *Queue) objects(ctx context.Context, bucket string, age time.Duration, bytes int64, replicas int) (jetstream.ObjectStore, error) {
	if _, err := q.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: "OBJ_" + bucket, Subjects: []string{"$O." + bucket + ".C.>", "$O." + bucket + ".M.>"}, AllowRollup: true,
		Discard: jetstream.DiscardNew, MaxBytes: bytes, MaxAge: age, Replicas: replicas,
	}); err != nil {
		return nil, err
	}
	return q.js.ObjectStore(ctx, bucket)
}

// Close ends the watch; the connection stays open.
func (q *Queue) Close() error { return q.watcher.Stop() }

const (
	firstPause = 50 * time.Millisecond
	longPause  = 2 * time.Second
	longAnswer = 3 * time.Second // a cluster without a leader does not answer at all
	slowest    = 4 << 20         // bytes a second, of connections that are waited for
)

// soon bounds a call, so that it can be made again.
func soon(ctx context.Context) (context.Context, context.CancelFunc) { return carrying(ctx, 0) }

// carrying bounds a call that moves so many bytes.
func carrying(ctx context.Context, bytes int64) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, longAnswer+time.Duration(bytes)*time.Second/slowest)
}

// retry does something until it works or ctx is done; then the error is the last one before that.
func retry(ctx context.Context, do func() error) error {
	var last error
	for pause := firstPause; ; pause = min(2*pause, longPause) {
		err := do()
		if err == nil {
			return nil
		}
		if last == nil || ctx.Err() == nil {
			last = err
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), last)
		case <-time.After(pause):
		}
	}
}
