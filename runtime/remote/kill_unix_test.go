//go:build unix

package remote_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"hecc/runtime/remote"
	"hecc/runtime/server"
	"hecc/runtime/service"
	"hecc/runtime/service/keystore"
)

// A child process of the tests serves a key store at an address until it is killed.
const childDir, childAddress = "HECC_SERVICE_DIR", "HECC_SERVICE_ADDRESS"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		if err := child(dir, os.Getenv(childAddress)); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

func child(dir, address string) error {
	plan, err := os.ReadFile("../../testdata/vectors/model.hecc")
	if err != nil {
		return err
	}
	model, err := server.Load(context.Background(), bytes.NewReader(plan), server.Options{})
	if err != nil {
		return err
	}
	store, err := keystore.Open(dir, keystore.Options{PartBytes: 16 << 10})
	if err != nil {
		return err
	}
	s, err := service.New(service.Config{Models: []*server.Model{model}, Store: store})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	fmt.Println("ready")
	return s.Serve(context.Background(), l, nil)
}

// process is a service that can be killed and comes back at the same address.
type process struct {
	t            *testing.T
	dir, address string
	cmd          *exec.Cmd
}

func startProcess(t *testing.T) *process {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	p := &process{t: t, dir: t.TempDir(), address: l.Addr().String()}
	l.Close()
	p.start()
	t.Cleanup(func() { p.kill() })
	return p
}

func (p *process) start() {
	exe, err := os.Executable()
	check(p.t, err)
	p.cmd = exec.Command(exe)
	p.cmd.Env = append(os.Environ(), childDir+"="+p.dir, childAddress+"="+p.address)
	out, err := p.cmd.StdoutPipe()
	check(p.t, err)
	check(p.t, p.cmd.Start())
	lines := bufio.NewScanner(out)
	if !lines.Scan() || lines.Text() != "ready" {
		p.t.Errorf("the service says %q", lines.Text())
	}
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait() // it was killed
}

// TestKilled kills the service with every part that is uploaded, at the commit, and while it computes: the
// client goes on where it was, and every answer is right.
func TestKilled(t *testing.T) {
	p := startProcess(t)
	rig := &rig{t: t}
	kills, next := 0, int64(0)
	var restart sync.WaitGroup
	o := remote.Options{Keys: t.TempDir(), Progress: func(what string, done, total int64) {
		if what != "uploading keys" || done < next {
			return
		}
		next = done + total/4
		kills++
		restart.Wait()
		p.kill() // the part before is on the disk, the next one meets nobody
		restart.Go(func() { time.Sleep(10 * time.Millisecond); p.start() })
	}}
	plan, err := remote.Open(t.Context(), "http://"+p.address, o)
	check(t, err)
	restart.Wait()
	if kills < 4 {
		t.Errorf("killed %d times", kills)
	}
	for wait := range 3 {
		restart.Go(func() {
			time.Sleep(time.Duration(wait) * 5 * time.Millisecond)
			p.kill()
			p.start()
		})
		rig.right(plan, rig.samples(32))
		restart.Wait()
	}
}
