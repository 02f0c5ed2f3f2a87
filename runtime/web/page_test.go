package web_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"hecc/runtime/web"
)

const program = "\x00asm and so on"

// folder writes what hecc/runtime/web/build would, but for the program.
func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	_, err := io.WriteString(w, program)
	check(t, err)
	check(t, w.Close())
	for name, content := range map[string]string{
		"index.html": `<script src="ASSETS/main.js">`, "main.js": "1", "worker.js": "2", "wasm_exec.js": "3", "client.wasm.gz": zipped.String(),
		"secret.key": "not a file of the page",
	} {
		check(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
	}
	return dir
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func get(p *web.Page, path string, header ...string) *httptest.ResponseRecorder {
	q := httptest.NewRequest(http.MethodGet, path, nil)
	for k := 0; k < len(header); k += 2 {
		q.Header.Set(header[k], header[k+1])
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, q)
	return w
}

// TestPage: types, forms, caching and policy of the files.
func TestPage(t *testing.T) {
	dir := folder(t)
	p, err := web.Open(dir)
	check(t, err)
	index := get(p, "/")
	assets := regexp.MustCompile(`/web/[0-9a-f]{32}`).FindString(index.Body.String())
	if assets == "" || strings.Contains(index.Body.String(), web.Assets) {
		t.Fatalf("the page is %s", index.Body)
	}
	for _, c := range []struct{ path, accept, kind, encoding, cache, body string }{
		{"/", "", "text/html; charset=utf-8", "", "no-cache", ""},
		{assets + "/main.js", "", "text/javascript; charset=utf-8", "", "public, max-age=31536000, immutable", "1"},
		{assets + "/client.wasm", "br, gzip;q=0.5", "application/wasm", "gzip", "public, max-age=31536000, immutable", ""},
		{assets + "/client.wasm", "gzip;q=0", "application/wasm", "", "public, max-age=31536000, immutable", program},
	} {
		w := get(p, c.path, "Accept-Encoding", c.accept)
		h := w.Header()
		if w.Code != 200 || h.Get("Content-Type") != c.kind || h.Get("Content-Encoding") != c.encoding || h.Get("Cache-Control") != c.cache || c.body != "" && w.Body.String() != c.body {
			t.Errorf("%s with %q: %d %v %q", c.path, c.accept, w.Code, h, w.Body)
		}
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; ", "X-Content-Type-Options": "nosniff",
			"Referrer-Policy": "no-referrer", "Vary": "Accept-Encoding",
		} {
			if !strings.HasPrefix(h.Get(name), want) {
				t.Errorf("%s: %s is %q", c.path, name, h.Get(name))
			}
		}
		if again := get(p, c.path, "Accept-Encoding", c.accept, "If-None-Match", h.Get("ETag")); again.Code != http.StatusNotModified || again.Body.Len() > 0 {
			t.Errorf("%s again: %d with %d bytes", c.path, again.Code, again.Body.Len())
		}
	}
	for _, path := range []string{"/index.html", assets, assets + "/", assets + "/index.html", assets + "/secret.key", assets + "/../main.js", "/main.js"} {
		if w := get(p, path); p.Has(path) || w.Code != http.StatusNotFound {
			t.Errorf("%s is served: %d", path, w.Code)
		}
	}
	check(t, os.WriteFile(filepath.Join(dir, "main.js"), []byte("other"), 0o600))
	if other, err := web.Open(dir); err != nil || other.Has(assets+"/main.js") {
		t.Errorf("another page has the same paths: %v", err)
	}
}

// TestOpenRefuses: a directory that is not whole, or damaged.
func TestOpenRefuses(t *testing.T) {
	for name, want := range map[string]string{"client.wasm.gz": "holds no client.wasm\n  note: write the page there with go run ./runtime/web/build", "index.html": "holds no index.html"} {
		dir := folder(t)
		check(t, os.Remove(filepath.Join(dir, name)))
		if _, err := web.Open(dir); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("without %s: %v", name, err)
		}
	}
	dir := folder(t)
	check(t, os.WriteFile(filepath.Join(dir, "client.wasm.gz"), []byte("none"), 0o600))
	if _, err := web.Open(dir); err == nil || !strings.Contains(err.Error(), "client.wasm.gz: ") {
		t.Errorf("a damaged program: %v", err)
	}
}
