package remote

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"hecc/ir/diag"
)

// connection sends requests to a service, again where that helps: all of them can be.
type connection struct {
	base  string
	token string
	http  *http.Client
	met   atomic.Bool // it has answered: if it does not now, it will again
}

func newConnection(base string, o *Options) (*connection, error) {
	if err := checkAddress(base, o.InsecurePlainHTTP); err != nil {
		return nil, err
	}
	h := http.Client{}
	if o.HTTP != nil {
		h = *o.HTTP
	}
	h.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse } // the token is for this address
	return &connection{base: strings.TrimSuffix(base, "/"), token: o.Token, http: &h}, nil
}

// ask is a request that can be sent several times.
type ask struct {
	method, path string
	kind         string // media type of the body
	body         []byte
	most         int64         // bytes that the answer may have
	within       time.Duration // 0: the service bounds it
}

const (
	attempts  = 10
	firstWait = 100 * time.Millisecond
	longWait  = 5 * time.Second
	patience  = 2 * time.Minute  // that Retry-After may ask for
	longGet   = 30 * time.Second // for what a service knows by heart
	largeBody = 256 << 10        // of which the service says first whether it wants it
)

// send sends a request until it is answered, or waiting is no use. What is no answer is a *Problem.
func (c *connection) send(ctx context.Context, a ask) (body []byte, err error) {
	err = c.again(ctx, func() (after time.Duration, err error) {
		body, after, err = c.once(ctx, a)
		return after, err
	})
	return body, err
}

// again does something until it works, or waiting is no use.
func (c *connection) again(ctx context.Context, do func() (after time.Duration, err error)) error {
	wait := firstWait
	for n := 1; ; n++ {
		after, err := do()
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if after < 0 || n == attempts {
			return err
		}
		pause := max(after, wait/2+rand.N(wait/2))
		wait = min(2*wait, longWait)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

// never says that sending again would change nothing.
const never = -1

// once sends a request, and says after which time it can be sent again.
func (c *connection) once(ctx context.Context, a ask) (body []byte, after time.Duration, err error) {
	if a.within > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, a.within)
		defer stop()
	}
	p, after, err := c.open(ctx, a)
	if err != nil {
		return nil, after, err
	}
	defer p.Body.Close()
	body, err = io.ReadAll(io.LimitReader(p.Body, a.most+1))
	if err == nil && int64(len(body)) > a.most {
		return nil, never, diag.Reason("%s answers with more than %d bytes, which is not what was asked for", c.base, a.most).Cure("%s", otherService)
	}
	if err != nil {
		return nil, 0, unreached(c.base, err)
	}
	return body, 0, nil
}

// open sends a request, and gives its answer if it is one. The body is to be closed then.
func (c *connection) open(ctx context.Context, a ask) (p *http.Response, after time.Duration, err error) {
	q, err := http.NewRequestWithContext(ctx, a.method, c.base+a.path, bytes.NewReader(a.body))
	if err != nil {
		return nil, never, err
	}
	if a.kind != "" {
		q.Header.Set("Content-Type", a.kind)
	}
	if len(a.body) > largeBody {
		q.Header.Set("Expect", "100-continue")
	}
	if c.token != "" {
		q.Header.Set("Authorization", "Bearer "+c.token)
	}
	if p, err = c.http.Do(q); err != nil {
		no := unreached(c.base, err)
		if c.met.Load() && no.again() {
			return nil, 0, no
		}
		return nil, never, no
	}
	c.met.Store(true)
	if p.StatusCode/100 != 2 {
		defer p.Body.Close()
		problem := problemOf(p, c.base)
		return nil, waitOf(p, problem), problem
	}
	return p, 0, nil
}

// waitOf is when to come again: after what the service says, soon where a proxy failed, or never.
func waitOf(p *http.Response, problem *Problem) time.Duration {
	switch p.StatusCode {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		seconds, err := strconv.Atoi(p.Header.Get("Retry-After"))
		if err != nil || seconds < 0 {
			return 0
		}
		return min(time.Duration(seconds)*time.Second, patience)
	case http.StatusBadGateway, http.StatusGatewayTimeout:
		if problem.Name() == "" {
			return 0
		}
	}
	return never
}

const mostJSON = 4 << 20

// object asks for an object, and sends one unless it is nil.
func (c *connection) object(ctx context.Context, method, path string, send, get any) error {
	a := ask{method: method, path: path, most: mostJSON}
	if method == http.MethodGet {
		a.within = longGet
	}
	if send != nil {
		var err error
		if a.body, err = json.Marshal(send); err != nil {
			return err
		}
		a.kind = "application/json"
	}
	body, err := c.send(ctx, a)
	if err != nil || get == nil {
		return err
	}
	if err := json.Unmarshal(body, get); err != nil {
		return diag.Reason("%s%s answers, but not as a service of hecc: %v", c.base, path, err).Cure("%s", otherService)
	}
	return nil
}
