//go:build !unix

package main

import "runtime"

// peakRSS is the memory that Go has taken from the system, in bytes, where the system does not say how much
// of it was in use at most.
func peakRSS() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.Sys)
}
