//go:build unix

package main

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// running is a command that runs until it is told to end.
type running struct {
	t     *testing.T
	cmd   *exec.Cmd
	lines *bufio.Scanner
	said  []string
}

func start(t *testing.T, args ...string) *running {
	t.Helper()
	r := &running{t: t, cmd: exec.Command("hecc", args...)}
	out, err := r.cmd.StderrPipe()
	if err == nil {
		err = r.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = r.cmd.Process.Kill()
		_ = r.cmd.Wait()
	})
	r.lines = bufio.NewScanner(out)
	return r
}

// until waits for a line with a text.
func (r *running) until(text string) string {
	r.t.Helper()
	for r.lines.Scan() {
		line := r.lines.Text()
		if r.said = append(r.said, line); strings.Contains(line, text) {
			return line
		}
	}
	r.t.Fatalf("%s ended without %q:\n%s", r.cmd, text, strings.Join(r.said, "\n"))
	return ""
}

// end tells it to end, and gives all that it has said.
func (r *running) end() string {
	r.t.Helper()
	if err := r.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		r.t.Fatal(err)
	}
	r.until(`"msg":"ended"`)
	if err := r.cmd.Wait(); err != nil {
		r.t.Error(err)
	}
	return strings.Join(r.said, "\n")
}

// checked makes a test a checker.
type checked struct{ t *testing.T }

func (c checked) Check(err error) {
	if err != nil {
		c.t.Fatal(err)
	}
}

// TestWorker: hecc worker joins hecc serve over TLS, with no more rights than it needs, and does a part of a batch.
func TestWorker(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	writeCertificates(checked{t}, at, "ca.pem", "localhost")
	for name, text := range map[string]string{
		"password": "a-password-of-enough-letters\n",
		"wrong":    "another-password-of-enough\n",
		"x.csv":    strings.Repeat("0.25,-0.5\n", 40*16),
	} {
		if err := os.WriteFile(at(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	plan := "../../testdata/vectors/model.hecc"
	service := start(t, "serve", plan, "--listen", "localhost:0", "--keys", at("served"),
		"--workers", "localhost:0", "--nats-password", at("password"), "--tls-cert", at("localhost.pem"), "--tls-key", at("localhost.key"))
	_, address, _ := strings.Cut(service.until(`"msg":"workers"`), `"address":"`)
	address, _, _ = strings.Cut(address, `"`)
	_, port, _ := strings.Cut(address, "]:")
	if port == "" {
		_, port, _ = strings.Cut(address, ":")
	}
	url := urlIn(service.until(`"msg":"serving"`))
	worker := start(t, "worker", plan, "--nats", "tls://localhost:"+port, "--nats-password", at("password"), "--nats-ca", at("ca.pem"))
	worker.until(`"msg":"working"`)
	stranger := start(t, "worker", plan, "--nats", "tls://localhost:"+port, "--nats-password", at("wrong"), "--nats-ca", at("ca.pem"))
	stranger.until(`the servers refuse user "worker"`)
	out, err := exec.Command("hecc", "infer", strings.Replace(url, "127.0.0.1", "localhost", 1), at("x.csv"), "--keys", at("keys"), "--ca", at("ca.pem"), "-o", at("y.npy")).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "wrote 640 answers") {
		t.Fatalf("%v: %s", err, out)
	}
	said := worker.end()
	if !strings.Contains(said, `"msg":"job"`) || strings.Contains(said, "iolation") {
		t.Errorf("the worker says\n%s", said)
	}
	if said := service.end(); strings.Contains(said, `"level":"ERROR"`) {
		t.Errorf("the service says\n%s", said)
	}
}

// TestKillService: hecc serve is killed with a batch half computed and started again, and hecc infer gets all answers.
func TestKillService(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	const samples = 40 * 16
	if err := os.WriteFile(at("x.csv"), []byte(strings.Repeat("0.25,-0.5\n", samples)), 0o600); err != nil {
		t.Fatal(err)
	}
	serve := func(address string) *running {
		return start(t, "serve", "../../testdata/vectors/model.hecc", "--listen", address, "--keys", at("served"))
	}
	service := serve("127.0.0.1:0")
	url := urlIn(service.until(`"msg":"serving"`))
	infer := exec.Command("hecc", "infer", url, at("x.csv"), "--keys", at("keys"), "-o", at("y.npy"))
	var said strings.Builder
	infer.Stdout, infer.Stderr = &said, &said
	if err := infer.Start(); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		service.until(`"msg":"job"`)
	}
	if err := service.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = service.cmd.Wait()
	again := serve(strings.TrimPrefix(url, "http://"))
	again.until(`"msg":"serving"`)
	if err := infer.Wait(); err != nil || !strings.Contains(said.String(), "wrote 640 answers") {
		t.Fatalf("%v: %s", err, said.String())
	}
	if log := again.end(); !strings.Contains(log, `"msg":"job"`) || strings.Contains(log, `"level":"ERROR"`) {
		t.Errorf("the service says\n%s", log)
	}
}
