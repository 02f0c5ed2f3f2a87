//go:build unix

package web_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"hecc/internal/devtools"
	"hecc/runtime/service"
)

// TestBrowserControls: a service that wants a token, a drawing by keyboard, and names for screen readers.
func TestBrowserControls(t *testing.T) {
	b := devtools.Start(t)
	token, line, err := service.NewToken("alice", time.Time{})
	check(t, err)
	file := filepath.Join(t.TempDir(), "tokens")
	check(t, os.WriteFile(file, []byte(line), 0o600))
	tokens, err := service.ReadTokens(file, slog.New(slog.DiscardHandler))
	check(t, err)
	r := newRig(t, tokens)
	p := tab{b.Open(r.url + "/")}
	p.Until(`document.getElementById('token-form')?.hidden === false`)
	p.named(1)
	p.giveToken("wrong")
	p.Until(`document.getElementById('problem').textContent.startsWith('The token is not known.')`)
	p.giveToken(token)
	p.Until(ready)
	p.Eval(`document.getElementById('numbers').open = true`, nil)
	p.Until(`document.getElementById('drawing').hidden`)
	p.named(4)
	p.Eval(`document.getElementById('numbers').open = false`, nil)
	p.Until(`!document.getElementById('drawing').hidden`)
	p.named(4)

	p.Eval(`document.getElementById('canvas').focus()`, nil)
	for _, key := range []string{" ", "ArrowDown", "ArrowDown", "ArrowDown", " ", "ArrowRight", "ArrowRight"} {
		p.Do("Input.dispatchKeyEvent", devtools.Object{"type": "keyDown", "key": key}, nil)
	}
	p.Eval(`document.getElementById('canvas').blur()`, nil)
	const white = `(() => {
		const c = document.getElementById('canvas');
		return c.getContext('2d').getImageData(0, 0, c.width, c.height).data.filter((v, i) => i % 4 === 0 && v === 255).length;
	})()`
	inked := 0
	if p.Eval(white, &inked); inked < 4 || inked > 30 {
		t.Errorf("a line of four pixels makes %d white", inked)
	}
	p.Eval(`document.getElementById('clear').click()`, nil)
	if p.Eval(white, &inked); inked != 0 {
		t.Errorf("%d pixels are left", inked)
	}
}

func (p tab) giveToken(token string) {
	p.Eval(`document.getElementById('token').value = `+strconv.Quote(token)+`; document.querySelector('#token-form button').click()`, nil)
}

// named checks that all that can be used has a name and a role for screen readers, and that there is something.
func (p tab) named(least int) {
	p.T.Helper()
	var tree struct {
		Nodes []struct {
			Ignored    bool
			Role, Name struct{ Value string }
		}
	}
	p.Do("Accessibility.getFullAXTree", devtools.Object{}, &tree)
	found, live := 0, false
	for _, n := range tree.Nodes {
		if n.Ignored {
			continue
		}
		switch n.Role.Value {
		case "button", "checkbox", "textbox", "combobox", "application", "DisclosureTriangle":
			if found++; n.Name.Value == "" {
				p.T.Errorf("a %s has no name", n.Role.Value)
			}
		case "status":
			live = true
		}
	}
	if found < least || !live {
		p.T.Errorf("%d controls, at least %d expected; live region: %v", found, least, live)
	}
}
