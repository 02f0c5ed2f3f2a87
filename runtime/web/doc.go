// Package web serves the page on which people use a service from a browser. The page's program is a client
// (hecc/runtime/client) compiled to WebAssembly: keys are made and kept in the browser.
//
//	go run ./runtime/web/build DIR ──> DIR: the page and its program ── Open ──> Page ── service.Config ──> hecc serve
//
// The program is too large for a repository and needs a compiler to be made, so it is made once, by that
// command, and the files that belong together stand in one directory. The page loads nothing from elsewhere,
// and its Content-Security-Policy lets it neither run nor reach anything else.
package web
