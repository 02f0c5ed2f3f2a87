package remote

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"sync"

	"hecc/ir/diag"
	"hecc/runtime/client"
)

// Options say whom to ask for what. Keys is required.
type Options struct {
	Keys  string // directory of the keys; it is made if there is none
	Plan  string // ID of the plan; "": that of the keys, or the only one that the service has
	Token string // of the client; "": none

	HTTP              *http.Client // nil: the default; redirections are not followed
	InsecurePlainHTTP bool         // to other machines, where something else protects the connection

	Progress func(what string, done, total int64) // of bytes; nil: nobody is told
}

// Plan is a plan of a service, with keys. Safe for concurrent use.
type Plan struct {
	service *connection
	client  *client.Client
	file    []byte
	keys    *client.Keys
	folder  folder
	most    int64 // bytes that a request may have
	lanes   int   // samples that are computed at once
	tell    func(what string, done, total int64)

	batchItems int // that a batch may have; 0: the service takes none

	mu  sync.Mutex
	set string // key set of the service
}

// Open finds the plan, gets its client file, makes or finds keys, and uploads the evaluation keys unless the
// service has them. It is Find and Connect.
func Open(ctx context.Context, url string, o Options) (*Plan, error) {
	p, err := Find(ctx, url, o)
	if err != nil {
		return nil, err
	}
	return p, p.Connect(ctx)
}

// Find finds the plan and gets its client file. With that it is known what samples must look like, before keys
// are made: Connect does that.
func Find(ctx context.Context, url string, o Options) (*Plan, error) {
	if o.Keys == "" {
		return nil, diag.Reason("there is no directory for the keys").Cure("name one in Options.Keys")
	}
	service, err := newConnection(url, &o)
	if err != nil {
		return nil, err
	}
	p := &Plan{service: service, folder: folder(o.Keys), tell: o.Progress}
	if p.tell == nil {
		p.tell = func(string, int64, int64) {}
	}
	return p, p.find(ctx, o.Plan)
}

// Connect makes or finds keys, and uploads the evaluation keys unless the service has them. An upload that broke
// off goes on where it was.
func (p *Plan) Connect(ctx context.Context) (err error) {
	if p.keys == nil {
		p.tell("making keys", 0, p.client.EvaluationBytes())
		if p.keys, err = p.folder.keys(p.client); err != nil {
			return err
		}
	}
	_, err = p.connect(ctx)
	return err
}

// connect makes sure that the service has the keys, and says under which name.
func (p *Plan) connect(ctx context.Context) (set string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	file, err := p.folder.evaluation(p.client, p.keys)
	if err != nil {
		return "", err
	}
	defer file.Close()
	if set, err = p.upload(ctx, file); err == nil {
		p.set = set
	}
	return set, err
}

func (p *Plan) keySet() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.set
}

// find settles which plan it is, and gets its client file.
func (p *Plan) find(ctx context.Context, id string) (err error) {
	if p.client, p.file, err = p.folder.client(); err != nil {
		return err
	}
	if p.client != nil && id != "" && id != p.client.ID() {
		return diag.Reason("%s holds keys for plan %s, not for %s", p.folder, p.client.ID(), id).Cure("choose another directory")
	}
	if p.client != nil {
		id = p.client.ID()
	}
	plan, err := p.service.plan(ctx, id)
	if of := (*Problem)(nil); errors.As(err, &of) && of.Name() == "unknown-plan" {
		return p.missing(ctx, id)
	}
	if err != nil {
		return err
	}
	const sane = 1 << 16
	p.most, p.lanes, p.batchItems = plan.RequestBytes, min(max(1, plan.Lanes), sane), min(plan.BatchItems, sane)
	if p.client != nil {
		return nil
	}
	return p.fetch(ctx, plan.ID)
}

// fetch gets the client file of a plan, and keeps it.
func (p *Plan) fetch(ctx context.Context, id string) (err error) {
	if p.file, err = p.service.send(ctx, ask{method: http.MethodGet, path: "/v1/plans/" + id + "/client", most: mostClient}); err != nil {
		return err
	}
	if p.client, err = client.Open(bytes.NewReader(p.file)); err != nil {
		return diag.Wrap("the client file of %s: %w", p.service.base, err).Cure("tell whoever runs the service: its client file is damaged, or of another version of hecc")
	}
	if p.client.ID() != id {
		return diag.Reason("%s gives a client file of plan %s for plan %s", p.service.base, p.client.ID(), id).Cure("do not trust it, and tell whoever runs it")
	}
	if err := os.MkdirAll(string(p.folder), 0o700); err != nil {
		return err
	}
	return p.folder.write(clientFile, 0o666, func(w io.Writer) error { _, err := w.Write(p.file); return err }, os.Rename)
}

// ID names the plan: the SHA-256 of its interface.
func (p *Plan) ID() string { return p.client.ID() }

// ClientFile is the client file of the plan.
func (p *Plan) ClientFile() []byte { return p.file }

// Forget deletes the keys at the service. They stay in the directory.
func (p *Plan) Forget(ctx context.Context) error {
	return p.service.object(ctx, http.MethodDelete, "/v1/keysets/"+p.keySet(), nil, nil)
}
