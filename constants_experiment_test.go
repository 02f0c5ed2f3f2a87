package hecc_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
)

const constantsPage = "docs/constants.md"

var constantsFlag = flag.String("constants", "", "change the constants that match this regular expression, and write what comes of it into "+constantsPage+": an hour for all")

// outcome is what the program in testdata/constants says of a model.
type outcome struct {
	Model     string  `json:"model"`
	Plan      string  `json:"plan"`
	Refused   string  `json:"refused"`
	Compile   float64 `json:"compile_ms"`
	Run       float64 `json:"run_ms"`
	Predicted float64 `json:"predicted"`
	Error     float64 `json:"error"`
	Unseen    int     `json:"unseen"`
	Beyond    int     `json:"beyond"`
}

// TestConstantsOverlay: a compiler with another constant can be built and run, and makes other plans.
func TestConstantsOverlay(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the program measures time by getrusage")
	}
	n, ok := numbersOf(t, "passes")["passes/promise.declaredNoise"]
	if !ok {
		t.Fatal("the constant that is changed here has another name")
	}
	e := experiment{dir: t.TempDir()}
	before := e.run(t, "smallest", n, n.value)
	after := e.run(t, "smallest", n, "100")
	if len(before) != 1 || len(after) != 1 || before[0].Refused != "" || before[0].Unseen == 0 {
		t.Fatalf("measured %+v, then %+v", before, after)
	}
	if !(after[0].Predicted > before[0].Predicted) {
		t.Errorf("with more noise the plan promises %v, before %v", after[0].Predicted, before[0].Predicted)
	}
}

// TestConstantsExperiment builds the compiler with constants changed, one at a time, and compares what it makes of a few models.
func TestConstantsExperiment(t *testing.T) {
	if *constantsFlag == "" {
		t.Skip("without -constants")
	}
	chosen, err := regexp.Compile(*constantsFlag)
	if err != nil {
		t.Fatal(err)
	}
	there := numbersOf(t, "passes")
	page, err := os.ReadFile(constantsPage)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	lines := measuredLines(string(page))
	for _, c := range constants {
		if n, ok := there[c.name]; ok && !strings.HasPrefix(lines[c.name], c.head(n)) {
			lines[c.name] = c.head(n) + " not measured | not measured |"
		}
	}
	e := experiment{dir: t.TempDir(), before: map[string][]outcome{}}
	write := func() {
		check(os.WriteFile(constantsPage, []byte(pageOfConstants(lines, string(page), e.before["all"])), 0o644))
	}
	write()
	for _, c := range constants {
		n, ok := there[c.name]
		if !ok || !chosen.MatchString(c.name) {
			continue
		}
		lines[c.name] = c.head(n) + e.effect(t, c, n)
		t.Log(lines[c.name])
		write()
	}
}

// experiment keeps what the unchanged compiler makes of each set of models.
type experiment struct {
	dir    string
	before map[string][]outcome
}

// effect is what both variants of a constant lead to, as cells of a line.
func (e *experiment) effect(t *testing.T, c tuned, n number) string {
	set := c.models
	if set == "" {
		set = "all"
	}
	if e.before[set] == nil {
		e.before[set] = e.run(t, set, n, n.value)
		for _, o := range e.before[set] {
			if o.Refused != "" {
				t.Fatalf("%s: there is nothing to compare with: %s", o.Model, o.Refused)
			}
		}
	}
	cells := ""
	for _, v := range c.variants(n) {
		if v == "-" {
			cells += " – |"
			continue
		}
		cells += fmt.Sprintf(" %s: %s |", shown(v), compareOutcomes(e.before[set], e.run(t, set, n, v)))
	}
	return cells
}

// run gives what the program writes with a constant changed: nothing if it fails.
func (e *experiment) run(t *testing.T, set string, n number, value string) (out []outcome) {
	t.Helper()
	command := exec.Command(e.build(t, n, value), set)
	if before := e.before[set]; before != nil {
		command.Args = append(command.Args, e.write(before))
	}
	var stderr bytes.Buffer
	command.Stderr = &stderr
	command.Env = append(os.Environ(), "GOGC=400") // memory is there, and collecting garbage is not what is measured
	text, err := command.Output()
	if err != nil {
		t.Logf("%s = %s: %v\n%s", n.name, value, err, stderr.Bytes())
		return nil
	}
	for in := json.NewDecoder(bytes.NewReader(text)); in.More(); {
		var o outcome
		check(in.Decode(&o))
		out = append(out, o)
	}
	return out
}

// build makes the program with a constant changed.
func (e *experiment) build(t *testing.T, n number, value string) (program string) {
	t.Helper()
	source, err := os.ReadFile(n.file)
	check(err)
	original, err := filepath.Abs(n.file)
	check(err)
	changed, overlay, program := filepath.Join(e.dir, "changed.go"), filepath.Join(e.dir, "overlay.json"), filepath.Join(e.dir, "program")
	check(os.WriteFile(changed, slices.Concat(source[:n.from], []byte(value), source[n.to:]), 0o644))
	replace, err := json.Marshal(map[string]map[string]string{"Replace": {original: changed}})
	check(err)
	check(os.WriteFile(overlay, replace, 0o644))
	command := exec.Command("go", "build", "-overlay", overlay, "-ldflags", "-s -w", "-o", program, "./testdata/constants")
	if text, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%s = %s: %v\n%s", n.name, value, err, text)
	}
	return program
}

// write keeps outcomes in a file that the program reads.
func (e *experiment) write(before []outcome) (file string) {
	var lines bytes.Buffer
	for _, o := range before {
		check(json.NewEncoder(&lines).Encode(o))
	}
	file = filepath.Join(e.dir, "before.json")
	check(os.WriteFile(file, lines.Bytes(), 0o644))
	return file
}

// compareOutcomes says what has changed: how many plans, and of those the geometric means of the ratios.
func compareOutcomes(before, after []outcome) string {
	if len(after) != len(before) {
		return "the compiler fails"
	}
	var run, predicted, measured mean
	compile, compileBefore := 0.0, 0.0
	changed, unseen, beyond, beyondBefore, refused := 0, 0, 0, 0, 0
	for k, b := range before {
		a := after[k]
		compile, compileBefore = compile+a.Compile, compileBefore+b.Compile
		switch {
		case a.Refused != "":
			refused++
			continue
		case a.Plan == b.Plan:
			continue
		}
		changed++
		run.add(a.Run / b.Run)
		predicted.add(a.Predicted / b.Predicted)
		measured.add(a.Error / b.Error)
		unseen, beyond, beyondBefore = unseen+a.Unseen, beyond+a.Beyond, beyondBefore+b.Beyond
	}
	text := "same plans"
	if changed > 0 {
		text = fmt.Sprintf("%d of %d plans; run %s, promised %s, error %s", changed, len(before), run, predicted, measured)
		if beyond > 0 || beyondBefore > 0 {
			text += fmt.Sprintf(", beyond %.1f %%", 100*float64(beyond)/float64(unseen))
		}
	}
	if refused > 0 {
		text += fmt.Sprintf("; %d refused", refused)
	}
	if r := compile / compileBefore; r < 0.8 || r > 1.25 {
		text += fmt.Sprintf("; compile ×%.1f", r)
	}
	return text
}

// mean is a geometric one.
type mean struct {
	logs  float64
	count int
}

func (m *mean) add(ratio float64) { m.logs, m.count = m.logs+math.Log(ratio), m.count+1 }

func (m mean) String() string { return fmt.Sprintf("×%.3g", math.Exp(m.logs/float64(m.count))) }

// head is how the line of a constant begins.
func (c tuned) head(n number) string {
	decides := c.decides
	if c.models != "" {
		decides += " (" + c.models + ")"
	}
	return fmt.Sprintf("| `%s` | %s | %s |", c.name, shown(n.value), decides)
}

// measuredLines are the lines of constants in a page.
func measuredLines(page string) map[string]string {
	lines := map[string]string{}
	for line := range strings.Lines(page) {
		if rest, ok := strings.CutPrefix(line, "| `"); ok {
			name, _, _ := strings.Cut(rest, "`")
			lines[name] = strings.TrimSpace(line)
		}
	}
	return lines
}
