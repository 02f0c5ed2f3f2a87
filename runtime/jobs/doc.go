// Package jobs hands the requests of batches to workers, over NATS JetStream, so that each is answered exactly
// once whichever process or node dies.
//
//	front end   Open ──> Queue  ── Create a Batch, Put its items, read an Answer each
//	worker      Join ──> Worker ── Run a function on one job after the other
//
// What is kept where, all of it on the disks of the NATS servers:
//
//	HECC_JOBS     a stream, hecc.jobs.PLAN.BATCH.ITEM: what is still to be computed, until it is acknowledged
//	HECC_RESULTS  a stream, hecc.results.BATCH.ITEM: one answer or failure for each item
//	HECC_BATCHES  a key-value bucket: the batches
//	HECC_DATA     an object store: requests and responses that are too large for a message
//	HECC_KEYS     an object store: evaluation keys, where workers run in other processes
//
// A job is delivered to one worker at a time, and again when that one has not been heard of for Options.AckWait,
// so it may be computed more than once. An item is answered by the first message under its subject in
// HECC_RESULTS: each is published on the condition that there is none yet, which the server checks, and
// acknowledged as a job only then. A job that was delivered Attempts times without an answer is answered with a
// failure by whoever gets it next.
package jobs
