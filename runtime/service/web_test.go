package service

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hecc/runtime/web"
)

// TestPageRoute: the page is for everybody, all else is as without it.
func TestPageRoute(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"index.html", "main.js", "worker.js", "wasm_exec.js", "client.wasm"} {
		check(t, os.WriteFile(filepath.Join(dir, name), []byte(name), 0o600))
	}
	r := newRig(t, t.TempDir(), func(c *Config) {
		withTokens(t, c, "alice")
		var err error
		c.Page, err = web.Open(dir)
		check(t, err)
	})
	page, err := http.Get(r.url + "/") // no route of the API
	check(t, err)
	defer page.Body.Close()
	body, err := io.ReadAll(page.Body)
	check(t, err)
	if page.StatusCode != 200 || string(body) != "index.html" || page.Header.Get("Content-Security-Policy") == "" {
		t.Errorf("the page: %s %v %s", page.Status, page.Header, body)
	}
	r.want(404, "no-such-route", "POST", "/", nil)
	r.want(404, "no-such-route", "GET", "/index.html", nil)
	r.want(404, "no-such-route", "GET", "/../", nil)
	r.want(401, "unauthorized", "GET", "/v1/plans", nil)
	if log := r.log.String(); !strings.Contains(log, `"route":"none"`) || strings.Contains(log, "index.html") {
		t.Errorf("the log says %s", log)
	}
}
