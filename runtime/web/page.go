package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"hecc/ir/diag"
)

// Index is the page itself; Assets in it stands for the directory of all other files.
const (
	Index  = "index.html"
	Assets = "ASSETS"
)

// types are the media types of the files of a page, by the ending.
var types = map[string]string{
	".html": "text/html; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".svg":  "image/svg+xml",
	".wasm": "application/wasm",
}

// policy is what the page may do: run its own scripts and program, and reach the service that it came from.
const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; " +
	"object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Page is an http.Handler of all files of a page.
type Page struct {
	files map[string]*file // by path
}

// file is one of them, in two forms.
type file struct {
	kind          string
	plain, zipped []byte // plain may be nil: then it is unzipped for those who want it so
	etag          string
	immutable     bool
}

// Open reads a directory that hecc/runtime/web/build has written. All files but the page itself get the hash
// of everything in their paths, so that browsers keep them, and never mix those of two builds.
func Open(dir string) (*Page, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	all := sha256.New()
	found := map[string]*file{}
	for _, e := range entries { // sorted by name
		name := strings.TrimSuffix(e.Name(), ".gz")
		kind := types[filepath.Ext(name)]
		if kind == "" || !e.Type().IsRegular() {
			continue
		}
		content, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(all, "%s %d\n", e.Name(), len(content))
		all.Write(content)
		f := &file{kind: kind, immutable: name != Index}
		if name != e.Name() {
			f.zipped = content
		} else {
			f.plain = content
		}
		found[name] = f
	}
	for _, name := range []string{Index, "main.js", "worker.js", "client.wasm", "wasm_exec.js"} {
		if found[name] == nil {
			return nil, diag.Reason("%s holds no %s", dir, name).Cure("write the page there with go run ./runtime/web/build %s", dir)
		}
	}
	return newPage(found, "/web/"+hex.EncodeToString(all.Sum(nil)[:16]))
}

func newPage(found map[string]*file, assets string) (*Page, error) {
	p := &Page{files: map[string]*file{}}
	found[Index].plain = bytes.ReplaceAll(found[Index].plain, []byte(Assets), []byte(assets))
	for name, f := range found {
		if f.zipped == nil {
			f.zipped = zip(f.plain)
		} else if err := checkZipped(f.zipped); err != nil {
			return nil, diag.In(name+".gz", "does not unpack: %v", err).Cure("write the page again with go run ./runtime/web/build DIR")
		}
		sum := sha256.Sum256(f.zipped)
		f.etag = hex.EncodeToString(sum[:16])
		p.files[assets+"/"+name] = f
	}
	p.files["/"] = found[Index]
	delete(p.files, assets+"/"+Index)
	return p, nil
}

func zip(plain []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is one
	_, _ = w.Write(plain)                                 // a buffer takes everything
	_ = w.Close()
	return b.Bytes()
}

func checkZipped(b []byte) error {
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err == nil {
		_, err = io.Copy(io.Discard, r)
	}
	return err
}

// Has says whether a path is one of the page's.
func (p *Page) Has(path string) bool { return p.files[path] != nil }

// ServeHTTP answers a GET or HEAD of a path that the page has.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f := p.files[r.URL.Path]
	if f == nil {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Vary", "Accept-Encoding")
	h.Set("Cache-Control", "no-cache")
	if f.immutable {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	zipped := takesGzip(r.Header.Get("Accept-Encoding"))
	etag := `"` + f.etag + `"`
	if zipped {
		etag = `"` + f.etag + `-gz"`
	}
	h.Set("ETag", etag)
	if r.Header.Get("If-None-Match") == etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	f.write(w, r.Method == http.MethodHead, zipped)
}

func (f *file) write(w http.ResponseWriter, head, zipped bool) {
	body := f.plain
	if zipped {
		body = f.zipped
		w.Header().Set("Content-Encoding", "gzip")
	}
	if body == nil { // so few ask for it that it is not kept
		if r, err := gzip.NewReader(bytes.NewReader(f.zipped)); err == nil && !head {
			_, _ = io.Copy(w, r) // the client may be gone
		}
		return
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	if !head {
		_, _ = w.Write(body)
	}
}

// takesGzip says whether a client that sent this header takes gzip. What it does not understand it refuses.
func takesGzip(header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, quality, weighed := strings.Cut(strings.TrimSpace(part), ";")
		if name = strings.TrimSpace(name); name == "gzip" || name == "*" {
			q, err := strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(quality), "q="), 64)
			return !weighed || err == nil && q > 0
		}
	}
	return false
}
