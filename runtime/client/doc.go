// Package client is the side that keeps its data secret. It needs the client file of a plan, and nothing else
// of the model.
//
//	client file ── Open ──> Client ── NewKeys ──> Keys ── Encrypt(samples) ──> Request ── server ──> Response ── Decrypt ──> results
//
// The keys' WriteEvaluation gives what the server needs to compute; with it nobody can decrypt. WriteSecret
// gives what must not leave the client. Errors to tell apart with errors.As:
//
//	*FileError     bytes that are not the file they should be: damaged, of another kind or version
//	*ForeignError  a file that belongs to another plan or another key set
//	*SampleError   a sample that cannot be encrypted, and which; inside it is
//	*RangeError    if it lies outside the range that the plan was made for, or
//	*CellError     if it has a number or a category that the model does not take
package client
