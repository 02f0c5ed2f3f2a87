package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
)

// dump writes the program after every pass to a folder, and how its lines differ from those before: all but
// the numbers, which stand at the end of a program.
type dump struct {
	folder string
	before string // the name and the lines of the last one
	lines  string
}

func (d *dump) write(number int, pass, text string) error {
	name := fmt.Sprintf("%02d-%s", number, pass)
	lines := withoutNumbers(text)
	if d.before != "" {
		changes := diff.Diff(d.before, []byte(d.lines), name, []byte(lines))
		if err := writeFile(filepath.Join(d.folder, name+".diff"), changes, dataMode); err != nil {
			return err
		}
	}
	d.before, d.lines = name, lines
	return writeFile(filepath.Join(d.folder, name+".txt"), []byte(text), dataMode)
}

// withoutNumbers drops the lines that hold them: "@3 = …".
func withoutNumbers(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "@") {
			b.WriteString(line)
		}
	}
	return b.String()
}
