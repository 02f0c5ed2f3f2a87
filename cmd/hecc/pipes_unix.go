//go:build unix

package main

import (
	"os/signal"
	"syscall"
)

// reportBrokenPipes makes writing to a closed pipe an error like any other, in place of a silent end by a
// signal.
func reportBrokenPipes() { signal.Ignore(syscall.SIGPIPE) }
