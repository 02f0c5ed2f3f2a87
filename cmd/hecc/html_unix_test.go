//go:build unix

package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"hecc/internal/devtools"
)

var screenshots = flag.String("screenshots", "", "directory for pictures of pages")

// TestPage opens the page of a small network from its file, and holds it against the JSON beside it.
func TestPage(t *testing.T) {
	b := devtools.Start(t)
	file := filepath.Join(t.TempDir(), "page.html")
	cmd := exec.Command("hecc", "inspect", filepath.Join(shipped, "mnist/pca_sigmoid.onnx"), "--calibrate", samplesOf("mnist/pca_sigmoid", "calibrate"), "--html", file, "--json")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var report any
	if err := json.Unmarshal(out, &report); err != nil {
		t.Fatal(err)
	}
	p := b.Open("file://" + file)
	p.Until(`document.readyState === 'complete' && document.getElementById('words')`)
	if said := b.Complaints(); len(said) > 0 {
		t.Fatalf("the console says %s", said)
	}
	sameFigures(t, p, report)
	tabThrough(t, p)
	p.Shots(*screenshots, "page", [][2]int{{390, 844}, {1280, 800}})
	if said := b.Complaints(); len(said) > 0 {
		t.Errorf("the console says %s", said)
	}
	for _, asked := range b.Events("Network.requestWillBeSent") {
		if !strings.Contains(asked, `"url":"file://`) && !strings.Contains(asked, `"url":"data:image/png`) {
			t.Errorf("the page asks %s", asked)
		}
	}
}

// sameFigures: every number that the page takes from the report is the one that stands there.
func sameFigures(t *testing.T, p *devtools.Tab, report any) {
	t.Helper()
	var shown []struct{ Of, Value, Text string }
	p.Eval(`[...document.querySelectorAll('data[data-of]')].map((e) => ({of: e.dataset.of, value: e.value, text: e.textContent}))`, &shown)
	if len(shown) < 40 {
		t.Errorf("the page has only %d figures", len(shown))
	}
	for _, f := range shown {
		x, err := strconv.ParseFloat(f.Value, 64)
		if want, ok := lookUp(report, f.Of).(float64); !ok || err != nil || x != want || f.Text == "" {
			t.Errorf("%s is %s (%q) on the page, %v in the report", f.Of, f.Value, f.Text, lookUp(report, f.Of))
		}
	}
}

// lookUp follows a path of names and numbers.
func lookUp(in any, path string) any {
	for name := range strings.SplitSeq(path, ".") {
		switch v := in.(type) {
		case map[string]any:
			in = v[name]
		case []any:
			k, err := strconv.Atoi(name)
			if err != nil || k >= len(v) {
				return fmt.Errorf("no %s", name)
			}
			in = v[k]
		default:
			return fmt.Errorf("no %s", name)
		}
	}
	return in
}

// tabThrough: the keyboard reaches the sections and then the nodes in their order, and opens one.
func tabThrough(t *testing.T, p *devtools.Tab) {
	t.Helper()
	var order []string
	for range 15 {
		p.Key("Tab")
		var at string
		p.Eval(`(({hash, parentElement: {id}}) => hash || id)(document.activeElement)`, &at)
		order = append(order, at)
	}
	want := "#main #graph #levels #noise #costs #functions #layouts #front #trace #words node-1 node-2 node-3 node-4 node-5"
	if got := strings.Join(order, " "); got != want {
		t.Errorf("Tab goes to %s, not to %s", got, want)
	}
	p.Key("Enter")
	p.Until(`document.getElementById('node-5').open && document.querySelector('tr.on[data-node="5"]') && document.querySelector('.band.on[data-node="5"]')`)
}

// TestPageShots takes pictures of other pages for whoever looks at them.
func TestPageShots(t *testing.T) {
	pages := os.Getenv("HECC_PAGES")
	if *screenshots == "" || pages == "" {
		t.Skip("without -screenshots")
	}
	b := devtools.Start(t)
	for _, file := range filepath.SplitList(pages) {
		p := b.Open("file://" + file)
		p.Until(`document.readyState === 'complete' && document.getElementById('words')`)
		p.Shots(*screenshots, strings.TrimSuffix(filepath.Base(file), ".html"), [][2]int{{390, 844}, {1280, 800}})
		var pdf struct{ Data []byte }
		p.Do("Page.printToPDF", devtools.Object{}, &pdf)
		if err := os.WriteFile(filepath.Join(*screenshots, filepath.Base(file)+".pdf"), pdf.Data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if said := b.Complaints(); len(said) > 0 {
		t.Errorf("the console says %s", said)
	}
}
