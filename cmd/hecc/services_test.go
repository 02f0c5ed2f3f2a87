package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// otherServer starts a web server that is no service, at $OTHER.
func otherServer(ts *testscript.TestScript, _ bool, _ []string) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") }))
	ts.Defer(s.Close)
	ts.Setenv("OTHER", s.URL)
}

// stalls are the connections of stall that have come to their end.
var stalls = make(chan struct{}, 1)

// stall passes on what goes to an address, and of one connection that sends more than so many bytes nothing
// further: stall ADDRESS BYTES. It is at $STALL.
func stall(ts *testscript.TestScript, _ bool, args []string) {
	var most int64
	_, err := fmt.Sscan(args[1], &most)
	ts.Check(err)
	l, err := net.Listen("tcp", "localhost:0")
	ts.Check(err)
	ts.Defer(func() { l.Close() })
	ts.Setenv("STALL", "http://"+l.Addr().String())
	go func() {
		for {
			from, err := l.Accept()
			if err != nil {
				return
			}
			go pass(from, args[0], most)
		}
	}()
}

func pass(from net.Conn, address string, most int64) {
	to, err := net.Dial("tcp", address)
	if err != nil {
		from.Close()
		return
	}
	go func() { _, _ = io.Copy(from, to) }() // ends with either
	if n, _ := io.CopyN(to, from, most); n == most {
		stalls <- struct{}{}
		return // and both stay open
	}
	to.Close()
}

// stalled waits until a connection stands still.
func stalled(*testscript.TestScript, bool, []string) { <-stalls }

// deleteFirst deletes the key set that hecc keys lists first: delete-first ARGS…
func deleteFirst(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(ts.Exec("hecc", append([]string{"keys"}, args...)...))
	lines := strings.Split(ts.ReadFile("stdout"), "\n")
	id, _, _ := strings.Cut(lines[1], " ")
	ts.Check(ts.Exec("hecc", append([]string{"keys", "--delete", id}, args...)...))
}

// soon runs hecc until it succeeds, for a few seconds: soon ARGS…
func soon(ts *testscript.TestScript, _ bool, args []string) {
	var err error
	for range 25 {
		if err = ts.Exec("hecc", args...); err == nil {
			return
		}
		time.Sleep(200 * time.Millisecond)
	}
	ts.Check(err)
}
