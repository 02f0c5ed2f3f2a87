package main

import (
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"
)

// Reports fit the terminal they are printed on: COLUMNS if that is set, else the terminal's own width, and 80
// columns where there is none. Tables are laid out for 80 to 120.
const (
	narrow = 80
	wide   = 120
)

// columns is the width that text for a file is laid out for.
func columns(f *os.File) int {
	w, _ := columnsOf(f)
	return w
}

// columnsOf also says whether the width is that of a reader, and not assumed.
func columnsOf(f *os.File) (width int, known bool) {
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 {
		return min(max(n, narrow), wide), true
	}
	if n, _, err := term.GetSize(int(f.Fd())); err == nil && n > 0 {
		return min(max(n, narrow), wide), true
	}
	return narrow, false
}

// fold puts a text behind what stands on the line already, and breaks it at spaces so that no line is wider than
// so many columns, where words allow it. Lines after the first begin with the indent.
func fold(lead, text, indent string, width int) string {
	var b strings.Builder
	b.WriteString(lead)
	at, blank := utf8.RuneCountInString(lead), utf8.RuneCountInString(indent)
	start, spaces := at, 0
	for k, word := range wordsOf(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case k == 0:
		case n == 0: // of several spaces: they stand only between words of one line
			spaces++
			continue
		case at+1+spaces+n > width && at > start:
			b.WriteString("\n" + indent)
			at, start = blank, blank
		default:
			b.WriteString(strings.Repeat(" ", 1+spaces))
			at += 1 + spaces
		}
		spaces = 0
		b.WriteString(word)
		at += n
	}
	return b.String()
}

// units stay on the line of their number.
var units = []string{"%", "ms", "s", "B", "KiB", "MiB", "GiB", "bits"}

// wordsOf are the parts of a text that lines may end between.
func wordsOf(text string) (out []string) {
	for k, word := range strings.Split(text, " ") {
		if k > 0 && slices.Contains(units, strings.TrimRight(word, ".,:;)")) {
			out[len(out)-1] += " " + word
		} else {
			out = append(out, word)
		}
	}
	return out
}

// foldLines folds each line of a text; what is broken off stands four columns further in.
func foldLines(text string, width int) string {
	lines := strings.Split(text, "\n")
	for k, line := range lines {
		words := strings.TrimLeft(line, " ")
		lead := line[:len(line)-len(words)]
		lines[k] = fold(lead, words, lead+"    ", width)
	}
	return strings.Join(lines, "\n")
}

// reflow lays paragraphs out anew.
func reflow(text string, width int) string {
	paragraphs := strings.Split(text, "\n\n")
	for k, p := range paragraphs {
		paragraphs[k] = fold("", strings.ReplaceAll(p, "\n", " "), "", width)
	}
	return strings.Join(paragraphs, "\n\n")
}

// diagnostics is where errors, warnings and notes go: folded for a reader, and with one line for each message and
// each of its notes for programs.
func diagnostics() io.Writer { return folded{os.Stderr} }

type folded struct{ to *os.File }

func (f folded) Write(text []byte) (int, error) {
	out := string(text)
	if w, known := columnsOf(f.to); known {
		out = foldLines(out, w)
	}
	if _, err := io.WriteString(f.to, out); err != nil {
		return 0, err
	}
	return len(text), nil
}
