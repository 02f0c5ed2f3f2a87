//go:build unix

package main

import (
	"bytes"
	"crypto/x509"
	"debug/buildinfo"
	"debug/elf"
	"encoding/pem"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestDeployStarts runs what a container runs, with a page of empty files.
func TestDeployStarts(t *testing.T) {
	page := t.TempDir()
	for _, name := range []string{"index.html", "main.js", "worker.js", "wasm_exec.js", "client.wasm"} {
		if err := os.WriteFile(filepath.Join(page, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	startAsContainer(t, "hecc", page)
}

// TestRelease builds the program and the page as the container does: it needs no library, and starts.
func TestRelease(t *testing.T) {
	if !*release {
		t.Skip("without -release")
	}
	out := t.TempDir()
	program := filepath.Join(out, "hecc")
	for _, step := range []string{"CGO_ENABLED=0 go build", "go run"} {
		command := step + " " + valueOf(t, readDeployed(t, "Containerfile"), "RUN "+step+" ")
		build := exec.Command("sh", "-c", strings.ReplaceAll(command, "/out/", out+"/"))
		build.Dir, build.Env = "../..", append(os.Environ(), "GOFLAGS=")
		if said, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v: %s", command, err, said)
		}
	}
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	if settings["-trimpath"] != "true" || settings["CGO_ENABLED"] != "0" {
		t.Errorf("built with %v", settings)
	}
	if runtime.GOOS == "linux" {
		checkStatic(t, program)
	}
	startAsContainer(t, program, filepath.Join(out, "web"))
}

func checkStatic(t *testing.T, program string) {
	t.Helper()
	f, err := elf.Open(program)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	libraries, err := f.ImportedLibraries()
	if err != nil || len(libraries) > 0 {
		t.Errorf("it needs %v, %v", libraries, err)
	}
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			t.Error("it needs a loader")
		}
	}
}

// startAsContainer runs the Containerfile's command with folders and ports of this machine, and its check of health.
func startAsContainer(t *testing.T, program, page string) {
	t.Helper()
	c, dir := readContainer(t), t.TempDir()
	client := writeSecrets(t, dir)
	listen, admin := freeAddress(t), freeAddress(t)
	plan, err := filepath.Abs("../../testdata/vectors/model.hecc")
	if err != nil {
		t.Fatal(err)
	}
	here := strings.NewReplacer("/plans/model.hecc", plan, "/web", page, "/run/secrets", dir, "/var/lib", dir, "localhost:"+c.exposed[1], admin, ":"+c.exposed[0], listen, ":"+c.exposed[1], admin)
	run := func(args []string) *exec.Cmd {
		cmd := exec.Command(program)
		for _, a := range args {
			cmd.Args = append(cmd.Args, here.Replace(a))
		}
		return cmd
	}
	service := run(c.command)
	var log bytes.Buffer
	service.Stderr = &log
	if err := service.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- service.Wait() }()
	defer func() { _ = service.Process.Kill() }() // it has ended, unless the test failed
	for tries := 0; run(c.health).Run() != nil; tries++ {
		if tries == 200 {
			_ = service.Process.Kill()
			<-ended // so that its log is whole
			t.Fatalf("it is not healthy: %s", &log)
		}
		time.Sleep(50 * time.Millisecond)
	}
	for path, want := range map[string]int{"/": http.StatusOK, "/v2/health/live": http.StatusOK, "/v1/plans": http.StatusUnauthorized} {
		a, err := client.Get("https://" + listen + path)
		if err != nil {
			t.Fatal(err)
		}
		if a.Body.Close(); a.StatusCode != want {
			t.Errorf("%s: %s", path, a.Status)
		}
	}
	if err := service.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Errorf("%v: %s", err, &log)
	}
	if run(c.health).Run() == nil {
		t.Error("a service that has ended is healthy")
	}
}

// writeSecrets makes the files that the container finds in /run/secrets, and a client that trusts the certificate.
func writeSecrets(t *testing.T, dir string) *http.Client {
	t.Helper()
	s := httptest.NewTLSServer(nil)
	s.Close()
	own := s.TLS.Certificates[0]
	key, err := x509.MarshalPKCS8PrivateKey(own.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{
		"tls.crt": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: own.Certificate[0]}),
		"tls.key": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}),
		"tokens":  nil,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return s.Client()
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
