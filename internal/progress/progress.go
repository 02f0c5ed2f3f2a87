// Package progress says how far long work has come and how much time is left.
package progress

import (
	"sync"
	"time"
)

// Report is how far work has come.
type Report struct {
	What string        // what is being done
	Done float64       // share of the whole, from 0 to 1; never less than before
	Left time.Duration // estimate of the time until it is done; 0 where none can be given yet
}

// Func is told now and then. It may be called from several goroutines, one at a time, and should return at once.
type Func func(Report)

// What has lasted for less, or is done to a lesser share, gives no estimate of what is left.
const (
	leastTime  = time.Second
	leastShare = 0.03
)

// Meter measures work that has several parts. A nil Meter tells nobody.
type Meter struct {
	tell  Func
	start time.Time

	mu       sync.Mutex
	what     string
	from, to float64 // of the current part
	done     float64
}

// New begins; without a Func it is nil.
func New(tell Func) *Meter {
	if tell == nil {
		return nil
	}
	return &Meter{tell: tell, start: time.Now()}
}

// Part begins a part that is done when so much of the whole is.
func (m *Meter) Part(what string, until float64) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.what, m.from, m.to = what, m.to, max(m.to, until)
	m.at(what, m.from)
}

// Step says that a share of the current part is done. What it does now may be named too.
func (m *Meter) Step(share float64, what string) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if what != "" {
		what = m.what + ": " + what
	} else {
		what = m.what
	}
	m.at(what, m.from+(m.to-m.from)*min(max(share, 0), 1))
}

func (m *Meter) at(what string, done float64) {
	m.done = max(m.done, done)
	r := Report{What: what, Done: m.done}
	if took := time.Since(m.start); took > leastTime && m.done > leastShare {
		r.Left = time.Duration(float64(took) * (1 - m.done) / m.done)
	}
	m.tell(r)
}
