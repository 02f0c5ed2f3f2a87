package main

import (
	"math"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"hecc/runtime/datafile"
)

// TestPrograms compiles a model, starts the server and has it answer: the three programs, as they are.
func TestPrograms(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "square")
	compile := exec.Command("go", "run", "hecc-examples/compile", "../../models/mnist/square.onnx", "../../testdata/mnist/calibrate.npy", name)
	if out, err := compile.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	program := filepath.Join(dir, "server")
	if out, err := exec.Command("go", "build", "-o", program, "hecc-examples/server").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	free, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	free.Close()
	server := exec.Command(program, name+".hecc", address)
	server.Stderr = os.Stderr
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	}()
	url := "http://" + address
	for wait := time.Millisecond; ; wait *= 2 {
		answer, err := http.Get(url)
		if err == nil {
			answer.Body.Close()
			break
		}
		if wait > 10*time.Second {
			t.Fatal(err)
		}
		time.Sleep(wait)
	}
	samples, labels := array(t, "test.npy"), array(t, "test_labels.npy")
	results, err := infer(name+".client", samples[:3], url)
	if err != nil {
		t.Fatal(err)
	}
	for s, r := range results {
		best, most := 0, math.Inf(-1)
		for i, v := range r.Primary {
			if v > most {
				best, most = i, v
			}
		}
		if want := int(labels[s][0]); best != want {
			t.Errorf("sample %d is taken for %d, and shows %d: %v", s, best, want, r.Primary)
		}
	}
}

func array(t *testing.T, name string) [][]float64 {
	t.Helper()
	file, err := os.ReadFile("../../testdata/mnist/" + name)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := datafile.DecodeNpy(file)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}
