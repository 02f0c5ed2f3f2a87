//go:build unix

package devtools

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

// Browser is Chromium without a window, driven over a pipe by its DevTools protocol. The few messages that the
// tests need take less code than a library would add to what they download.
type Browser struct {
	T  testing.TB
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

// programs are the names that the browser has.
var programs = []string{"chromium", "chromium-browser", "google-chrome"}

// Start starts a browser for a test, which is skipped where there is none or with -short: a browser takes seconds.
func Start(t testing.TB) *Browser {
	t.Helper()
	if testing.Short() {
		t.Skip("pages are not tried out in a browser with -short")
	}
	var program string
	for _, name := range programs {
		if path, err := exec.LookPath(name); err == nil && program == "" {
			program = path
		}
	}
	if program == "" {
		t.Skip("pages are not tried out in a browser: no chromium")
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
	b := &Browser{T: t, to: to, waiting: map[int]chan message{}}
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

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// read hands answers to those who wait for them, and keeps events.
func (b *Browser) read(from io.Reader) {
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
func (b *Browser) listen(attached json.RawMessage) {
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

func (b *Browser) send(m message) error {
	text, err := json.Marshal(m)
	if err == nil {
		_, err = b.to.Write(append(text, 0))
	}
	return err
}

const patience = 20 * time.Second

// do gives a command to a session ("": to the browser) and reads what it answers.
func (b *Browser) do(session, method string, params, result any) {
	b.T.Helper()
	check(b.T, b.try(session, method, params, result))
}

func (b *Browser) try(session, method string, params, result any) error {
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

// Events are the parameters of all events of some kinds.
func (b *Browser) Events(methods ...string) (events []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.events {
		if slices.Contains(methods, m.Method) {
			events = append(events, string(m.Params))
		}
	}
	return events
}

// Tab is a page or a worker.
type Tab struct {
	*Browser
	session string
}

// Object is one of JSON.
type Object map[string]any

// Do gives the tab a command and reads what it answers.
func (p *Tab) Do(method string, params, result any) {
	p.T.Helper()
	p.do(p.session, method, params, result)
}

// Open opens a page. Workers are attached to as they start.
func (b *Browser) Open(url string) *Tab {
	b.T.Helper()
	var target struct{ TargetID string }
	b.do("", "Target.createTarget", Object{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	b.do("", "Target.attachToTarget", Object{"targetId": target.TargetID, "flatten": true}, &attached)
	p := &Tab{b, attached.SessionID}
	p.do(p.session, "Target.setAutoAttach", Object{"autoAttach": true, "waitForDebuggerOnStart": true, "flatten": true}, nil)
	for _, domain := range []string{"Page", "Runtime", "Log", "Network"} {
		p.do(p.session, domain+".enable", Object{}, nil)
	}
	p.do(p.session, "Page.navigate", Object{"url": url}, nil)
	return p
}

// Worker is the page's.
func (p *Tab) Worker() *Tab {
	p.T.Helper()
	for _, e := range p.Events("Target.attachedToTarget") {
		var a struct {
			SessionID  string
			TargetInfo struct{ Type string }
		}
		check(p.T, json.Unmarshal([]byte(e), &a))
		if a.TargetInfo.Type == "worker" {
			return &Tab{p.Browser, a.SessionID}
		}
	}
	p.T.Fatal("the page has no worker")
	return nil
}

// Eval evaluates an expression, and waits if it is a promise.
func (p *Tab) Eval(expression string, value any) {
	p.T.Helper()
	check(p.T, p.evaluate(expression, value))
}

func (p *Tab) evaluate(expression string, value any) error {
	var r struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails json.RawMessage
	}
	err := p.try(p.session, "Runtime.evaluate", Object{"expression": expression, "returnByValue": true, "awaitPromise": true}, &r)
	if err == nil && r.ExceptionDetails != nil {
		err = fmt.Errorf("%s: %s", expression, r.ExceptionDetails)
	}
	if err == nil && value != nil {
		err = json.Unmarshal(r.Result.Value, value)
	}
	return err
}

// Until waits for an expression to become true. It may fail while a page is loaded.
func (p *Tab) Until(expression string) {
	p.T.Helper()
	var err error
	for start := time.Now(); time.Since(start) < patience; time.Sleep(20 * time.Millisecond) {
		is := false
		if err = p.evaluate("!!("+expression+")", &is); is {
			return
		}
	}
	var text string
	p.Eval("document.body?.innerText ?? ''", &text)
	p.T.Fatalf("waited in vain for %s (%v); the page says %s", expression, err, text)
}

// Mouse presses, moves or releases the left button at a place of the page.
func (p *Tab) Mouse(kind string, x, y float64) {
	buttons := 1
	if kind == "mouseReleased" {
		buttons = 0
	}
	p.do(p.session, "Input.dispatchMouseEvent", Object{"type": kind, "x": x, "y": y, "button": "left", "buttons": buttons, "clickCount": 1}, nil)
}

// Complaints are what the console and the log say that should not be there.
func (b *Browser) Complaints() []string {
	return b.Events("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded")
}

// Key presses and releases a key.
func (p *Tab) Key(name string) {
	k := keys[name]
	for _, kind := range []string{"keyDown", "keyUp"} {
		p.Do("Input.dispatchKeyEvent", Object{"type": kind, "key": name, "code": name, "windowsVirtualKeyCode": k.code, "text": k.text}, nil)
	}
}

// keys are those that do something by themselves.
var keys = map[string]struct {
	code int
	text string
}{"Tab": {9, ""}, "Enter": {13, "\r"}}
