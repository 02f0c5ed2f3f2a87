package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"runtime"
	"runtime/debug"

	"hecc/ir/diag"
	"hecc/ir/memory"
	"hecc/runtime/server"
	"hecc/runtime/service"
)

// loadServed prepares plans, and shares out the memory that is left among what clients make a service hold.
func loadServed(ctx context.Context, paths []string, limit byteSize) (models []*server.Model, l service.Limits, err error) {
	total := int64(limit)
	if limit == 0 {
		total = machineMemory()
	} else {
		debug.SetMemoryLimit(total / 10 * 9)
	}
	for _, path := range paths {
		m, err := loadServer(ctx, path)
		if err != nil {
			return nil, l, err
		}
		models = append(models, m)
	}
	l, err = shareMemory(total, models)
	return models, l, err
}

// loadServer prepares a plan, unless the machine has too little memory for it.
func loadServer(ctx context.Context, path string) (*server.Model, error) {
	p, err := readPlan(path)
	if err != nil {
		return nil, err
	}
	if _, _, err := checkMemory(p, 0); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	m, err := server.Load(ctx, f, server.Options{MaxRequest: math.MaxInt64 / 2}) // the service has a limit of its own
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

// Of the memory that a service may have, a tenth is left to the runtime, and an eighth is for bodies at most.
const (
	leftToRuntime = 10
	shareOfBodies = 8
	shareOfClient = 4 // of that: see service.Limits.Bodies
	mostBodies    = 512 << 20
	mostRequest   = 16 << 20
)

// shareMemory gives sessions what is left after models, runs and bodies.
func shareMemory(total int64, models []*server.Model) (l service.Limits, err error) {
	runtime.GC()
	held := heldMemory()
	var run, request, session int64
	for _, m := range models {
		run, request, session = max(run, m.RunBytes()), max(request, m.RequestBytes()), max(session, m.SessionBytes())
	}
	l.Slots = runtime.GOMAXPROCS(0)
	l.Request = max(request, min(mostRequest, total/128))
	for _, m := range models {
		l.Bodies = max(l.Bodies, shareOfClient*(l.Request+m.AnswerBytes(l.Request)))
	}
	l.Bodies = max(l.Bodies, min(mostBodies, total/shareOfBodies))
	runs := int64(l.Slots) * (run + 4*l.Request) // a request that is decoded, and its answer
	if l.Sessions = total - total/leftToRuntime - held - runs - l.Bodies; l.Sessions < session {
		least := (held + runs + l.Bodies + session) / (leftToRuntime - 1) * leftToRuntime
		return l, diag.Reason("%s of memory are too little: plans take %s, %d runs at a time %s, bodies %s, and a client's session %s",
			memory.Text(total), memory.Text(held), l.Slots, memory.Text(runs), memory.Text(l.Bodies), memory.Text(session)).
			Cure("give at least %s, or serve fewer plans", memory.Text(least))
	}
	return l, nil
}
