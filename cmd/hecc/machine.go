package main

import (
	"math"
	"runtime/debug"
	"runtime/metrics"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

// machineMemory is how many bytes the process may have: what GOMEMLIMIT says, the limit of its container, or
// the machine's memory; 0 if none of these is known.
func machineMemory() int64 {
	has := userLimit
	if n, err := memlimit.FromSystem(); err == nil {
		has = min(has, int64(min(n, math.MaxInt64)))
	}
	if n, err := memlimit.FromCgroup(); err == nil {
		has = min(has, int64(min(n, math.MaxInt64)))
	}
	return has
}

// userLimit is GOMEMLIMIT; math.MaxInt64 without one.
var userLimit = debug.SetMemoryLimit(-1)

// keepWithin lets garbage be collected in time: without a limit, the heap grows to twice what is held.
func keepWithin(bytes int64) {
	if bytes < math.MaxInt64 && userLimit == math.MaxInt64 {
		debug.SetMemoryLimit(bytes / 10 * 9)
	}
}

// heldMemory is how many bytes are in use, garbage included.
func heldMemory() int64 {
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(s)
	return int64(s[0].Value.Uint64())
}
