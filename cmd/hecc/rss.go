//go:build unix

package main

import (
	"runtime"
	"syscall"
)

// peakRSS is the largest memory that the process has had, in bytes.
func peakRSS() int64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	if runtime.GOOS == "darwin" {
		return int64(u.Maxrss)
	}
	return int64(u.Maxrss) << 10 // the other systems count in KiB
}
