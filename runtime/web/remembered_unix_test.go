//go:build unix

package web_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"hecc/internal/devtools"
)

// TestBrowserRemembers: keys outlive the page if people want that, until they are forgotten or the service has lost
// theirs.
func TestBrowserRemembers(t *testing.T) {
	b := devtools.Start(t)
	r := newRig(t, nil)
	pixels := strings.Repeat("0,", drawIn*drawIn-1) + "0.5"
	p := tab{b.Open(r.url + "/")}
	p.Until(ready)
	p.press("remember")

	// The service has no room, then breaks off a part.
	for k := range 8 {
		_, err := r.store.Begin("anonymous", r.model.ID(), fmt.Sprintf("%064x", k), 1)
		check(t, err)
	}
	p.enter(pixels)
	p.Until(`!document.getElementById('room').hidden`)
	p.press("room")
	r.untilSets(0)
	r.breaks.Store(1)
	first := p.ask(pixels)
	p.Shot(*screenshots, "remembered")
	set := r.untilSets(1)
	sent := r.parts()
	r.search(t, formsOf(tab{p.Worker()}.secret(), r.digits[digit]))

	p.reload()
	if !p.hasKeys() {
		t.Fatal("a new page has no keys, which were to be remembered")
	}
	if again := p.ask(pixels); argmax(again.Scores) != argmax(first.Scores) {
		t.Errorf("with remembered keys the answer is %v, before %v", again.Scores, first.Scores)
	}
	if now := r.parts(); sent == 0 || now != sent {
		t.Errorf("%d parts of keys were sent, %d with remembered keys", sent, now)
	}

	// The service loses the key set while the page is open: new keys are made, and remembered.
	check(t, r.store.Delete("anonymous", set))
	p.ask(pixels)
	if other := r.untilSets(1); other == set || r.parts() != 2*sent {
		t.Errorf("after a loss the service has key set %s, before %s, and %d parts were sent", other, set, r.parts())
	}

	// While it is closed: they are deleted here too.
	check(t, r.store.Delete("anonymous", r.untilSets(1)))
	p.reload()
	if p.hasKeys() {
		t.Error("keys are there that the service has lost")
	}

	// Another window of the browser forgets them as well.
	p.press("remember")
	p.ask(pixels)
	other := tab{b.Open(r.url + "/")}
	other.Until(ready)
	p.press("forget")
	p.Until(`document.getElementById('status').textContent.startsWith('The keys are deleted')`)
	r.untilSets(0)
	other.Until(`document.getElementById('status').textContent.includes('in another window')`)
	for _, w := range []tab{p, other} {
		if w.reload(); w.hasKeys() {
			t.Error("forgotten keys are there again")
		}
	}
	if said := b.Complaints(); len(said) > 0 {
		t.Errorf("the console says %s", said)
	}
}

const ready = `document.getElementById('status')?.textContent.startsWith('Ready.') && !document.getElementById('ask').disabled`

func (p tab) reload() {
	p.Eval(`document.getElementById('status').textContent = ''`, nil)
	p.Do("Page.reload", devtools.Object{}, nil)
	p.Until(ready)
}

func (p tab) press(id string) {
	p.Eval(`document.getElementById('`+id+`').click()`, nil)
	p.Until(`!document.getElementById('ask').disabled`)
}

// hasKeys says whether the page says that it has keys.
func (p tab) hasKeys() (there bool) {
	p.Eval(`!document.getElementById('forget').hidden`, &there)
	return there
}

// parts is how many parts of evaluation keys were sent.
func (r *rig) parts() (n int) {
	for _, q := range r.sent() {
		if q.method == "PUT" {
			n++
		}
	}
	return n
}

// untilSets waits until the service has so many key sets, and gives the last.
func (r *rig) untilSets(n int) (id string) {
	r.t.Helper()
	for range 500 {
		sets := r.store.List("anonymous")
		if len(sets) == n {
			if n > 0 {
				id = sets[n-1].ID
			}
			return id
		}
		time.Sleep(10 * time.Millisecond)
	}
	r.t.Fatalf("the service has %d key sets, not %d", len(r.store.List("anonymous")), n)
	return ""
}
