// Package remote computes with a plan that a service of package hecc/runtime/service has. The data stay here:
// the service gets the evaluation keys, once, and encrypted requests.
//
//	URL ── Open: client file, keys, upload ──> Plan ── Infer(samples) ──> results
//
// Keys are kept in a directory, and used again by whoever opens it; an upload that broke off goes on where it
// was. The plan's ID is the SHA-256 of its interface, so a service cannot put another plan in its place. The
// first client file that a directory gets is believed unless Options.Plan says which it must be: it decides
// what is encrypted and how results are rounded, so know the ID from whoever compiled the model.
//
// Errors to tell apart with errors.As are those of package hecc/runtime/client, and *Problem, what the service
// says with its reason and cure. What is for waiting (429, 503, a connection that fails) is waited for until ctx
// is done, a few times.
package remote
