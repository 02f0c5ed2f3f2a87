//go:build unix

package web_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"hecc/internal/devtools"
	"hecc/runtime/datafile"
)

var screenshots = flag.String("screenshots", "", "directory for pictures of the page")

const (
	digit  = 0 // of testdata/mnist/test.npy
	drawIn = 28
)

// TestBrowser draws a digit on the page in Chromium, gets its class, and looks through all that was sent.
func TestBrowser(t *testing.T) {
	b := devtools.Start(t)
	r := newRig(t, nil)
	pixels, label := r.digits[digit], r.labels[digit]
	p := tab{b.Open(r.url + "/")}
	p.Screen(360, 740, "light")
	p.Until(ready)
	p.Shot(*screenshots, "start-360-light")
	p.draw(pixels)
	p.Shot(*screenshots, "drawn-360-light")
	drawn := p.ask("")
	if got := argmax(drawn.Scores); got != label {
		t.Errorf("what was drawn as %d is taken for %d: %v", label, got, drawn.Scores)
	}
	if want := fmt.Sprintf("Highest is %d,", label); !strings.Contains(drawn.Status, want) {
		t.Errorf("the live region says %q, not %q", drawn.Status, want)
	}
	p.Shots(*screenshots, "answer", [][2]int{{360, 740}, {1280, 800}})

	// The same digit as numbers, whose scores are known.
	csv := make([]string, len(pixels))
	for k, v := range pixels {
		csv[k] = strconv.FormatFloat(v, 'g', -1, 64)
	}
	exact := p.ask(strings.Join(csv, ","))
	if !(exact.Promise > 0) {
		t.Errorf("the page promises %v", exact.Promise)
	}
	for k, want := range r.expect[digit] {
		if math.Abs(exact.Scores[k]-want) > exact.Promise {
			t.Errorf("score %d is %v, the model's is %v, and %v was promised", k, exact.Scores[k], want, exact.Promise)
		}
	}

	w := tab{p.Worker()}
	secret := w.secret()
	r.lookThrough(t, formsOf(secret, pixels))

	// A new page deletes what the one before has left.
	p.reload()
	r.untilSets(0)
	if there := p.hasKeys(); there {
		t.Error("a new page has keys that nobody wanted to be remembered")
	}
	if said := b.Complaints(); len(said) > 0 {
		t.Errorf("the console says %s", said)
	}
	onlyFrom(b, r.url)
}

// TestBrowserRefuses: what the model is not for is refused before anything of it is sent.
func TestBrowserRefuses(t *testing.T) {
	b := devtools.Start(t)
	r := newRig(t, nil)
	p := tab{b.Open(r.url + "/")}
	p.Until(ready)
	for _, c := range [][2]string{
		{"", "There are no numbers yet: write a line, or choose a file."},
		{"1,2,3", "Samples have 3 elements, the model takes 784"},
		{"7" + strings.Repeat(",0", 783), "Sample 1: number 1 is 7, the plan was made for inputs from -0.1 to 1.1 there."},
	} {
		text, want := c[0], c[1]
		p.Eval(`document.getElementById('numbers').open = true; document.getElementById('csv').value = `+strconv.Quote(text)+`; document.getElementById('ask').click()`, nil)
		p.Until(`document.getElementById('problem').textContent && !document.getElementById('ask').disabled`)
		var said string
		if p.Eval(`document.getElementById('problem').textContent`, &said); !strings.Contains(said, want) {
			t.Errorf("it says %q, not %q", said, want)
		}
	}
	p.Until(`!document.getElementById('anyway').hidden`)
	p.Shot(*screenshots, "refused")
	for _, q := range r.sent() {
		if q.method != "GET" {
			t.Errorf("%s %s was sent", q.method, q.uri)
		}
	}
}

// TestForms: the search finds a secret key and pixels that are sent, however they are written.
func TestForms(t *testing.T) {
	secret, pixels := make([]byte, 2048), make([]float64, drawIn*drawIn)
	random := rand.New(rand.NewPCG(1, 2))
	for k := range secret {
		secret[k] = []byte{0, 1, 2, 4, 16, 0x41, 0x98}[random.IntN(7)] // pairs of bits that are not 3
	}
	for k := range pixels {
		pixels[k] = float64(random.IntN(256)) / 255
	}
	forms := formsOf(secret, pixels)
	found := func(prefix string, leak []byte) {
		for name, form := range forms {
			if strings.HasPrefix(name, prefix) && bytes.Contains(leak, form) {
				return
			}
		}
		t.Errorf("%s is not found", prefix)
	}
	found("the secret key", secret)
	found("the secret key, in hex", []byte(hex.EncodeToString(secret)))
	found("the secret key, in base64", []byte(base64.StdEncoding.EncodeToString(secret)))
	list, err := json.Marshal(pixels)
	check(t, err)
	found("pixels, as a list", list)
	words := new(bytes.Buffer)
	check(t, binary.Write(words, binary.LittleEndian, pixels))
	found("pixels, as float64", words.Bytes())
}

// tab is a page of the service.
type tab struct{ *devtools.Tab }

// secret is the key that the page's worker holds.
func (p tab) secret() []byte {
	var text string
	p.Eval(`btoa(String.fromCharCode(...hecc.secretKey()))`, &text)
	key, err := base64.StdEncoding.DecodeString(text)
	check(p.T, err)
	return key
}

// draw draws the runs of bright pixels of a digit, row by row, along their middle: the pen is wide.
func (p tab) draw(pixels []float64) {
	var box struct{ X, Y, Width float64 }
	p.Eval(`document.getElementById('canvas').scrollIntoView(); (({x, y, width}) => ({x, y, width}))(document.getElementById('canvas').getBoundingClientRect())`, &box)
	place := func(column, row float64) (x, y float64) {
		return box.X + column*box.Width/drawIn, box.Y + row*box.Width/drawIn
	}
	const edge = 1
	for row := range drawIn {
		for from := 0; from < drawIn; from++ {
			to := from
			for to < drawIn && pixels[row*drawIn+to] > 0.5 {
				to++
			}
			if to > from {
				middle := float64(from+to) / 2
				x, y := place(min(float64(from)+edge, middle), float64(row)+0.5)
				p.Mouse("mousePressed", x, y)
				x, y = place(max(float64(to)-edge, middle), float64(row)+0.5)
				p.Mouse("mouseMoved", x, y)
				p.Mouse("mouseReleased", x, y)
				from = to
			}
		}
	}
}

// answered is what the page shows.
type answered struct {
	Status  string
	Scores  []float64
	Promise float64
}

// enter presses the button, with numbers or, without, what is drawn.
func (p tab) enter(csv string) {
	p.Eval(`document.getElementById('numbers').open = `+strconv.FormatBool(csv != "")+`; document.getElementById('csv').value = `+strconv.Quote(csv)+`; document.getElementById('status').textContent = ''; document.getElementById('ask').click()`, nil)
}

// ask does so and waits for the answer.
func (p tab) ask(csv string) (a answered) {
	p.T.Helper()
	p.enter(csv)
	p.Until(`!document.getElementById('ask').disabled`)
	p.Eval(`({
		status: document.getElementById('status').textContent,
		scores: [...document.querySelectorAll('.scores .value')].map((e) => Number(e.value)),
		promise: Number(document.getElementById('promise').textContent.match(/: ([\d.]+) at most/)?.[1]),
	})`, &a)
	var problem string
	if p.Eval(`document.getElementById('problem').textContent`, &problem); problem != "" || len(a.Scores) != 10 {
		p.T.Fatalf("%d scores, and the page says %q", len(a.Scores), problem)
	}
	return a
}

func argmax(v []float64) (at int) {
	for k := range v {
		if v[k] > v[at] {
			at = k
		}
	}
	return at
}

// onlyFrom checks that page and worker asked nobody but the service.
func onlyFrom(b *devtools.Browser, url string) {
	asked := b.Events("Network.requestWillBeSent")
	if len(asked) < 10 {
		b.T.Errorf("only %d requests were noticed", len(asked))
	}
	for _, e := range asked {
		var q struct{ Request struct{ URL string } }
		check(b.T, json.Unmarshal([]byte(e), &q))
		if !strings.HasPrefix(q.Request.URL, url+"/") && !strings.HasPrefix(q.Request.URL, "blob:"+url) {
			b.T.Errorf("the page asked %s", q.Request.URL)
		}
	}
}

// readDigits reads digits, labels and what the exact model says.
func readDigits(t *testing.T, r *rig) {
	read := func(name string) [][]float64 {
		b, err := os.ReadFile("../../testdata/mnist/" + name)
		check(t, err)
		v, err := datafile.DecodeNpy(b)
		check(t, err)
		return v
	}
	r.digits, r.expect = read("test.npy"), read("square_expect.npy")
	for _, l := range read("test_labels.npy") {
		r.labels = append(r.labels, int(l[0]))
	}
}
