//go:build unix

package web_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"sync"
	"testing"
	"time"
)

// browser is Chromium without a window, driven over a pipe by its DevTools protocol. The few messages that the
// tests need take less code than a library would add to what they download.
type browser struct {
	t  testing.TB
	to io.Writer

	mu      sync.Mutex
	last    int
	waiting map[int]chan message
	events  []message
}

type message struct {
	ID        int             `json:"id,omitempty"`
	Session   string          `json:"sessionId,omitempty"`
	Method    string          `json:"method,omitempty"`
	Params    json.RawMessage `json:"params,omitempty"`
	Result    json.RawMessage `json:"result,omitempty"`
	Exception json.RawMessage `json:"error,omitempty"`
}

// startBrowser skips the test where there is no browser.
func startBrowser(t testing.TB) *browser {
	t.Helper()
	if testing.Short() {
		t.Skip("the page for browsers is not tried out with -short: building it takes half a minute")
	}
	var program string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil && program == "" {
			program = path
		}
	}
	if program == "" {
		t.Skip("the page for browsers is not tried out: no chromium")
	}
	cmd := exec.Command(program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--remote-debugging-pipe", "--user-data-dir="+t.TempDir(), "about:blank")
	in, to, err := os.Pipe()
	check(t, err)
	from, out, err := os.Pipe()
	check(t, err)
	cmd.ExtraFiles = []*os.File{in, out} // 3 and 4: there the protocol is spoken
	check(t, cmd.Start())
	in.Close()
	out.Close()
	b := &browser{t: t, to: to, waiting: map[int]chan message{}}
	read := make(chan struct{})
	go func() {
		defer close(read)
		b.read(from)
	}()
	t.Cleanup(func() {
		to.Close() // ends it
		end := time.AfterFunc(5*time.Second, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait()
		end.Stop()
		from.Close()
		<-read
	})
	return b
}

// read hands answers to those who wait for them, and keeps events.
func (b *browser) read(from io.Reader) {
	r := bufio.NewReaderSize(from, 1<<20)
	for {
		text, err := r.ReadBytes(0)
		if err != nil {
			return
		}
		var m message
		if json.Unmarshal(text[:len(text)-1], &m) != nil {
			continue
		}
		b.mu.Lock()
		if wait := b.waiting[m.ID]; wait != nil {
			delete(b.waiting, m.ID)
			wait <- m
		} else if m.Method != "" {
			b.events = append(b.events, m)
		}
		if m.Method == "Target.attachedToTarget" {
			b.listen(m.Params)
		}
		b.mu.Unlock()
	}
}

// listen wants to hear all from a worker before it runs. The lock is held, and nothing waits for the answers.
func (b *browser) listen(attached json.RawMessage) {
	var a struct {
		SessionID          string
		WaitingForDebugger bool
	}
	if json.Unmarshal(attached, &a) != nil || !a.WaitingForDebugger {
		return
	}
	for _, method := range []string{"Runtime.enable", "Log.enable", "Network.enable", "Runtime.runIfWaitingForDebugger"} {
		b.last++
		_ = b.send(message{ID: b.last, Session: a.SessionID, Method: method})
	}
}

func (b *browser) send(m message) error {
	text, err := json.Marshal(m)
	if err == nil {
		_, err = b.to.Write(append(text, 0))
	}
	return err
}

const patience = 20 * time.Second

// do gives a command to a session ("": to the browser) and reads what it answers.
func (b *browser) do(session, method string, params, result any) {
	b.t.Helper()
	check(b.t, b.try(session, method, params, result))
}

func (b *browser) try(session, method string, params, result any) error {
	text, err := json.Marshal(params)
	if err != nil {
		return err
	}
	wait := make(chan message, 1)
	b.mu.Lock()
	b.last++
	m := message{ID: b.last, Session: session, Method: method, Params: text}
	b.waiting[m.ID] = wait
	err = b.send(m)
	b.mu.Unlock()
	if err != nil {
		return err
	}
	select {
	case m := <-wait:
		if m.Exception != nil {
			return fmt.Errorf("%s: %s", method, m.Exception)
		}
		if result != nil {
			return json.Unmarshal(m.Result, result)
		}
		return nil
	case <-time.After(patience):
		return fmt.Errorf("%s: no answer", method)
	}
}

// of are the parameters of all events of some kinds.
func (b *browser) of(methods ...string) (events []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.events {
		if slices.Contains(methods, m.Method) {
			events = append(events, string(m.Params))
		}
	}
	return events
}

// tab is a page or a worker.
type tab struct {
	*browser
	session string
}

type object map[string]any

// open opens a page. Workers are attached to as they start.
func (b *browser) open(url string) *tab {
	b.t.Helper()
	var target struct{ TargetID string }
	b.do("", "Target.createTarget", object{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	b.do("", "Target.attachToTarget", object{"targetId": target.TargetID, "flatten": true}, &attached)
	p := &tab{b, attached.SessionID}
	p.do(p.session, "Target.setAutoAttach", object{"autoAttach": true, "waitForDebuggerOnStart": true, "flatten": true}, nil)
	for _, domain := range []string{"Page", "Runtime", "Log", "Network"} {
		p.do(p.session, domain+".enable", object{}, nil)
	}
	p.do(p.session, "Page.navigate", object{"url": url}, nil)
	return p
}

// worker is the page's.
func (p *tab) worker() *tab {
	p.t.Helper()
	for _, e := range p.of("Target.attachedToTarget") {
		var a struct {
			SessionID  string
			TargetInfo struct{ Type string }
		}
		check(p.t, json.Unmarshal([]byte(e), &a))
		if a.TargetInfo.Type == "worker" {
			return &tab{p.browser, a.SessionID}
		}
	}
	p.t.Fatal("the page has no worker")
	return nil
}

// eval evaluates an expression, and waits if it is a promise.
func (p *tab) eval(expression string, value any) {
	p.t.Helper()
	check(p.t, p.evaluate(expression, value))
}

func (p *tab) evaluate(expression string, value any) error {
	var r struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails json.RawMessage
	}
	err := p.try(p.session, "Runtime.evaluate", object{"expression": expression, "returnByValue": true, "awaitPromise": true}, &r)
	if err == nil && r.ExceptionDetails != nil {
		err = fmt.Errorf("%s: %s", expression, r.ExceptionDetails)
	}
	if err == nil && value != nil {
		err = json.Unmarshal(r.Result.Value, value)
	}
	return err
}

// until waits for an expression to become true. It may fail while a page is loaded.
func (p *tab) until(expression string) {
	p.t.Helper()
	var err error
	for start := time.Now(); time.Since(start) < patience; time.Sleep(20 * time.Millisecond) {
		is := false
		if err = p.evaluate("!!("+expression+")", &is); is {
			return
		}
	}
	var text string
	p.eval("document.body?.innerText ?? ''", &text)
	p.t.Fatalf("waited in vain for %s (%v); the page says %s", expression, err, text)
}

func (p *tab) mouse(kind string, x, y float64) {
	buttons := 1
	if kind == "mouseReleased" {
		buttons = 0
	}
	p.do(p.session, "Input.dispatchMouseEvent", object{"type": kind, "x": x, "y": y, "button": "left", "buttons": buttons, "clickCount": 1}, nil)
}

// complaints are what the console and the log say that should not be there.
func (b *browser) complaints() []string {
	return b.of("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded")
}
