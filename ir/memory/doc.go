// Package memory says what a planned circuit takes of memory, before anything is made of it.
//
//	circuit ── Of ──> Usage: the server's model, a session, a run; the client
//
// Three choices decide it, and are made here for whoever runs the circuit too: in which forms a session holds
// keys (Forms), which sums are computed as one matrix (FindMatrices), and which values share a buffer
// (AssignBuffers); he.Division says where key switches are divided. What the evaluator adds to these is counted here as it makes it.
package memory
