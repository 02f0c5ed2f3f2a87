package main

import (
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"

	"hecc/internal/progress"
)

const (
	patience  = 2 * time.Second // commands that take less show no bar
	barSteps  = 1000
	barRedraw = 100 * time.Millisecond
)

// bar shows the progress of a command on a terminal, once it has taken a while.
type bar struct {
	start time.Time
	mu    sync.Mutex
	shown *progressbar.ProgressBar
}

// newBar is nil, which shows nothing, where standard error is no terminal or is to be onlyErrors.
func newBar() *bar {
	if onlyErrors || !isTerminal(os.Stderr) {
		return nil
	}
	return &bar{start: time.Now()}
}

// tell is where reports go; nil if nothing is shown.
func (b *bar) tell() progress.Func {
	if b == nil {
		return nil
	}
	return b.report
}

func (b *bar) report(r progress.Report) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.shown == nil {
		if time.Since(b.start) < patience {
			return
		}
		b.shown = progressbar.NewOptions(barSteps, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetPredictTime(false),
			progressbar.OptionSetElapsedTime(false), progressbar.OptionThrottle(barRedraw), progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(30))
	}
	what := r.What
	if r.Left > 0 {
		what += ", about " + leftText(r.Left) + " left"
	}
	b.shown.Describe(what)
	_ = b.shown.Set(int(barSteps * min(r.Done, 0.999))) // a bar that is done is cleared
}

// close removes the bar.
func (b *bar) close() {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.shown != nil {
		_ = b.shown.Clear()
	}
}

// leftText is a time that is estimated: to seconds, or minutes.
func leftText(d time.Duration) string {
	if d < time.Minute {
		return d.Round(time.Second).String()
	}
	return d.Round(10 * time.Second).String()
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
