package main

import (
	"crypto/sha256"
	"encoding/binary"
	"flag"
	"fmt"
	"math"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"hecc/runtime/datafile"
)

var (
	update = flag.Bool("update", false, "rewrite the expected outputs in testdata/script")
	full   = flag.Bool("full", false, "run every shipped model encrypted: minutes")

	release = flag.Bool("release", false, "build the program that containers hold: a minute and a half where nothing is cached")
)

// seldom is how often garbage is collected: heaps of tests are small, and a fifth of their time would go into it.
const seldom = "400"

func TestMain(m *testing.M) {
	if os.Getenv("GOGC") == "" {
		os.Setenv("GOGC", seldom)
	}
	testscript.Main(m, map[string]func(){"hecc": main})
}

// fixtures is where the small models lie; shipped, the trained ones; data, what they were tested on.
const (
	fixtures = "../../testdata/onnx"
	shipped  = "../../models"
	data     = "../../testdata"
)

// TestScripts runs the command as a user would. Each script gets the folders $FIXTURES,
// $MODELS and $DATA, and the commands below besides testscript's own.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: *update,
		Setup: func(e *testscript.Env) error {
			for name, dir := range map[string]string{"FIXTURES": fixtures, "MODELS": shipped, "DATA": data} {
				abs, err := filepath.Abs(dir)
				if err != nil {
					return err
				}
				e.Setenv(name, abs)
			}
			e.Setenv("GOGC", seldom)
			free, err := net.Listen("tcp", "localhost:0")
			if err != nil {
				return err
			}
			e.Setenv("ADDRESS", free.Addr().String())
			e.Setenv("PORT", strconv.Itoa(free.Addr().(*net.TCPAddr).Port))
			return free.Close()
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"npy":          makeNpy,
			"npycmp":       compareNpy,
			"exitcode":     exitCode,
			"mode":         checkMode,
			"flip":         flipByte,
			"reseal":       reseal,
			"head":         keepHead,
			"reach":        reach,
			"certificates": makeCertificates,
			"other":        otherServer,
			"stall":        stall,
			"stalled":      stalled,
			"delete-first": deleteFirst,
			"soon":         soon,
		},
	})
}

// reach waits until something listens at an address: reach ADDRESS.
func reach(ts *testscript.TestScript, _ bool, args []string) {
	for range 1000 {
		if c, err := net.Dial("tcp", args[0]); err == nil {
			ts.Check(c.Close())
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	ts.Fatalf("nothing listens at %s", args[0])
}

// exitCode runs hecc and checks its exit code, and that it says what to change: exitcode CODE ARGS…
func exitCode(ts *testscript.TestScript, neg bool, args []string) {
	want := args[0]
	err := ts.Exec("hecc", args[1:]...)
	got := "0"
	if err != nil {
		got = strings.TrimPrefix(err.Error(), "exit status ")
	}
	if (got == want) == neg {
		ts.Fatalf("hecc %s: exit code %s, expected %s", strings.Join(args[1:], " "), got, want)
	}
	cure := map[string]string{"1": "\n  note: ", "2": "\nRun 'hecc "}[got]
	if said := ts.ReadFile("stderr"); !strings.Contains(said, cure) || strings.Contains(said, unforeseen) {
		ts.Fatalf("hecc %s: no cure in %q", strings.Join(args[1:], " "), said)
	}
}

// makeNpy writes an array: npy FILE TYPE SHAPE FILL, FILL being a number for all elements, or
// none (a header without elements), or fortran (zeros in Fortran order).
func makeNpy(ts *testscript.TestScript, _ bool, args []string) {
	file, dtype, shape, fill := args[0], args[1], args[2], args[3]
	elements, order := 1, "False"
	for d := range strings.SplitSeq(strings.Trim(shape, ","), ",") {
		n, err := strconv.Atoi(d)
		ts.Check(err)
		elements *= n
	}
	var value float64
	switch fill {
	case "none":
		elements = 0
	case "fortran":
		order = "True"
	default:
		var err error
		value, err = strconv.ParseFloat(fill, 64)
		ts.Check(err)
	}
	head := fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': (%s), }", dtype, order, shape)
	head += strings.Repeat(" ", 63-(10+len(head))%64) + "\n"
	b := binary.LittleEndian.AppendUint16([]byte("\x93NUMPY\x01\x00"), uint16(len(head)))
	b = append(b, head...)
	for range elements {
		switch dtype {
		case "<f4":
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(value)))
		case "<f8":
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(value))
		default:
			b = binary.LittleEndian.AppendUint64(b, uint64(int64(value)))
		}
	}
	ts.Check(os.WriteFile(ts.MkAbs(file), b, 0o644))
}

// compareNpy compares two arrays: npycmp A B TOLERANCE.
func compareNpy(ts *testscript.TestScript, neg bool, args []string) {
	a, err := readRows(ts.MkAbs(args[0]))
	ts.Check(err)
	b, err := readRows(ts.MkAbs(args[1]))
	ts.Check(err)
	tolerance, err := strconv.ParseFloat(args[2], 64)
	ts.Check(err)
	worst := largestDifference(a, b)
	ts.Logf("largest difference %.3g", worst)
	if (worst <= tolerance) == neg {
		ts.Fatalf("largest difference %.3g, tolerance %g", worst, tolerance)
	}
}

func readRows(path string) ([][]float64, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return datafile.DecodeNpy(b)
}

func largestDifference(a, b [][]float64) float64 {
	if len(a) != len(b) {
		return math.Inf(1)
	}
	worst := 0.0
	for s := range a {
		if len(a[s]) != len(b[s]) {
			return math.Inf(1)
		}
		for i := range a[s] {
			if d := math.Abs(a[s][i] - b[s][i]); !(d <= worst) {
				worst = d
			}
		}
	}
	return worst
}

// checkMode checks a file's permissions: mode FILE 600.
func checkMode(ts *testscript.TestScript, neg bool, args []string) {
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	if got := fmt.Sprintf("%o", info.Mode().Perm()); (got == args[1]) == neg {
		ts.Fatalf("%s has mode %s", args[0], got)
	}
}

// flipByte flips a byte: flip FILE OFFSET OUT. A negative offset counts from the end.
func flipByte(ts *testscript.TestScript, _ bool, args []string) {
	b := []byte(ts.ReadFile(args[0]))
	at, err := strconv.Atoi(args[1])
	ts.Check(err)
	if at < 0 {
		at += len(b)
	}
	b[at] ^= 0xff
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), b, 0o644))
}

// reseal makes the hash at the end of a file fit again: reseal FILE.
func reseal(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), sealed([]byte(ts.ReadFile(args[0]))), 0o644))
}

func sealed(b []byte) []byte {
	b = b[:len(b)-sha256.Size]
	sum := sha256.Sum256(b)
	return append(b, sum[:]...)
}

// keepHead truncates a file: head FILE BYTES OUT.
func keepHead(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(ts.ReadFile(args[0]))[:n], 0o644))
}
