// Package service serves plans over HTTP to clients whose data it cannot read: clients send evaluation keys in
// parts that can be sent again, then requests, and get responses. It links nothing that can hold or make a
// secret key. GET /openapi.json describes every route.
//
//	New(Config) ──> Service ── Serve(ctx, listener) until ctx is done, then what is in flight ends
//
// All that comes over the network is hostile: bodies are bounded before they are read, what would make memory
// grow waits in a queue of bounded length or is refused with 503 or 429 and Retry-After, and clients that send
// or read slowly are cut off. A client sees its own key sets only. Errors are problem details (RFC 9457) with
// the reason and the cure. Logs name routes, clients and sizes, never a body, a token or a key.
package service
