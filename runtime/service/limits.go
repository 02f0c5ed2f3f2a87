package service

import (
	"runtime"
	"time"

	"hecc/ir/diag"
	"hecc/runtime/server"
)

// Limits bound what clients can make a service hold and do. Zero values are the defaults.
type Limits struct {
	Request           int64         // bytes of an inference's body; 0: 16 MiB, or what one run of the largest plan takes
	Bodies            int64         // bytes of bodies and their answers that are held at the same time, a quarter of them for one client; 0: 512 MiB, or what that takes
	InFlight          int           // requests that are being served; 0: 256
	InFlightPerClient int           // of them for one client; 0: 32
	Slots             int           // inferences and checks of keys that are computed at the same time; 0: one for each processor
	Queue             int           // further ones that wait for a slot, a quarter of them of one client; clients take turns; 0: 64
	Wait              time.Duration // how long they wait at most; 0: 30 s
	Compute           time.Duration // how long an inference computes at most; 0: 5 min
	Sessions          int64         // bytes of memory for open sessions; 0: 1 GiB
	SessionsPerClient int           // open sessions of one client; 0: 4
	Patience          time.Duration // that a client may be silent for; 0: 10 s
	Rate              int64         // bytes a second that a client must send and read beyond that; 0: 64 KiB
	Connections       int           // open connections: for a further one the longest idle is closed, or it waits; 0: 512
	Grace             time.Duration // for requests in flight when the service ends; 0: 30 s
}

// share is the part of Limits.Bodies that one client may take.
const share = 4

// needs are what the plans of a service take at least.
type needs struct {
	request, session int64
	held             func(request int64) int64 // a request and its answer
}

// bodies is the least of Limits.Bodies for requests of so many bytes.
func (n *needs) bodies(request int64) int64 { return share * n.held(request) }

// needsOf finds the largest of all plans.
func needsOf(models []*server.Model) *needs {
	n := &needs{}
	for _, m := range models {
		n.request, n.session = max(n.request, m.RequestBytes()), max(n.session, m.SessionBytes())
	}
	n.held = func(request int64) (most int64) {
		for _, m := range models {
			most = max(most, request+m.AnswerBytes(request))
		}
		return most
	}
	return n
}

func (l Limits) withDefaults(n *needs) Limits {
	or := func(n *int, def int) {
		if *n == 0 {
			*n = def
		}
	}
	or64 := func(n *int64, def int64) {
		if *n == 0 {
			*n = def
		}
	}
	orTime := func(d *time.Duration, def time.Duration) {
		if *d == 0 {
			*d = def
		}
	}
	or64(&l.Request, max(16<<20, n.request))
	or64(&l.Bodies, max(512<<20, n.bodies(l.Request)))
	or(&l.InFlight, 256)
	or(&l.InFlightPerClient, 32)
	or(&l.Slots, runtime.GOMAXPROCS(0))
	or(&l.Queue, 64)
	orTime(&l.Wait, 30*time.Second)
	orTime(&l.Compute, 5*time.Minute)
	or64(&l.Sessions, 1<<30)
	or(&l.SessionsPerClient, 4)
	orTime(&l.Patience, 10*time.Second)
	or64(&l.Rate, 64<<10)
	or(&l.Connections, 512)
	orTime(&l.Grace, 30*time.Second)
	return l
}

// check says whether every plan can be served within the limits.
func (l Limits) check(n *needs) error {
	switch {
	case l.Request < n.request:
		return diag.Reason("a request of %d bytes at most is too little", l.Request).Cure("allow %d, which one run of a plan takes", n.request)
	case l.Bodies < n.bodies(l.Request):
		return diag.Reason("%d bytes for bodies are too few", l.Bodies).Cure("allow %d for requests of %d bytes", n.bodies(l.Request), l.Request)
	case l.Sessions < n.session:
		return diag.Reason("%d bytes for sessions are too few", l.Sessions).Cure("allow %d, which one of the largest plan takes", n.session)
	}
	return nil
}

// deadline is when a client must have sent or read so many bytes.
func (l *Limits) deadline(bytes int64) time.Time {
	return time.Now().Add(l.Patience + time.Duration(bytes)*time.Second/time.Duration(l.Rate))
}
