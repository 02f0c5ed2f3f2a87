// Package server runs compiled plans on data that it cannot read. It links nothing that can hold or make a
// secret key.
//
//	plan ── Load ──> Model ── Open(evaluation keys) ──> Session ── Run(Request) ──> Response
//
// A Model is made once and serves all clients; a Session holds the evaluation keys of one client. Both say
// how many bytes they take, and Close frees them. Errors to tell apart with errors.As:
//
//	*FileError      bytes that are not the file they should be: damaged, of another kind or version
//	*ForeignError   keys or a request that belong to another plan or another key set
//	*TooLargeError  a request of more bytes than Options.MaxRequest
//	*MemoryError    a budget that is too small for a session of this plan
//	*ClosedError    a model or a session that was closed
//
// All bytes are treated as hostile: none makes the server panic, or allocate more than a small multiple of
// their length.
package server
