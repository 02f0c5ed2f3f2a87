//go:build unix

package jobs_test

import (
	"bytes"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"hecc/runtime/jobs"
)

// nodeChild is a NATS server of a cluster, until it is killed.
func nodeChild() {
	words := strings.Fields(os.Getenv(childURL)) // name, directory, ports, routes
	var port, route int
	_, err := fmt.Sscan(words[2]+" "+words[3], &port, &route)
	o := &server.Options{
		ServerName: words[0], Host: "127.0.0.1", Port: port, JetStream: true, StoreDir: words[1], NoSigs: true,
		Cluster: server.ClusterOpts{Name: "hecc", Host: "127.0.0.1", Port: route},
		Users:   []*server.User{{Username: jobs.DefaultUser, Password: password}},
	}
	for _, other := range words[4:] {
		o.Routes = append(o.Routes, &url.URL{Scheme: "nats", Host: other})
	}
	var s *server.Server
	if err == nil {
		s, err = server.NewServer(o)
	}
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	s.Start()
	fmt.Println("started")
	s.WaitForShutdown()
}

// freePorts are ports that nobody listens at.
func freePorts(t *testing.T, n int) (ports []int) {
	t.Helper()
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		check(t, err)
		defer l.Close()
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports
}

// cluster is three nodes.
type cluster struct {
	urls  string
	nodes map[string]*child
	envs  map[string]string
}

func startCluster(t *testing.T) *cluster {
	t.Helper()
	ports := freePorts(t, 6)
	c := &cluster{nodes: map[string]*child{}, envs: map[string]string{}}
	var urls, routes []string
	for k := range 3 {
		urls = append(urls, fmt.Sprintf("nats://127.0.0.1:%d", ports[k]))
		routes = append(routes, fmt.Sprintf("127.0.0.1:%d", ports[3+k]))
	}
	for k := range 3 {
		name := fmt.Sprintf("n%d", k)
		c.envs[name] = fmt.Sprintf("%s=%s %s %d %d %s", childURL, name, t.TempDir(), ports[k], ports[3+k], strings.Join(routes, " "))
		c.nodes[name] = startChild(t, "node", c.envs[name])
	}
	c.urls = strings.Join(urls, ",")
	return c
}

// TestKillNode kills the node that leads the jobs of a cluster of three, while requests are sent and computed, and
// starts it again: each item is answered once.
func TestKillNode(t *testing.T) {
	c := startCluster(t)
	nc, err := jobs.Connect(t.Context(), jobs.Access{URLs: c.urls, Password: password}, "front end", quiet)
	check(t, err)
	t.Cleanup(nc.Close)
	const items, large = 60, 600 << 10
	r := newRig(t, nc, items, large)
	worker := startChild(t, "worker", childURL+"="+c.urls)
	request := func(item int) []byte {
		if item%20 == 7 {
			return bytes.Repeat([]byte{byte(item)}, large)
		}
		return fmt.Appendf(nil, "request %d", item)
	}
	var sending sync.WaitGroup
	killed := make(chan string, 1)
	sending.Go(func() {
		for item := range items {
			r.put(item, request(item))
			if item != items/3 {
				continue
			}
			worker.until("has")
			s, err := r.js.Stream(r.ctx, "HECC_JOBS")
			if err != nil {
				t.Error(err)
				continue
			}
			info := s.CachedInfo()
			if info.Config.Replicas != 3 {
				t.Errorf("the stream of jobs has %d replicas", info.Config.Replicas)
			}
			leader := info.Cluster.Leader
			c.nodes[leader].kill()
			killed <- leader
		}
	})
	for item := range items {
		if a := r.answer(item); a.Failure != nil || !bytes.Equal(a.Response, answerTo(request(item))) {
			t.Errorf("item %d is answered with %d bytes, %v", item, len(a.Response), a.Failure)
		}
	}
	sending.Wait()
	leader := <-killed
	c.nodes[leader] = startChild(t, "node", c.envs[leader])
	time.Sleep(100 * time.Millisecond)
	r.once()
}
