package client

import (
	"fmt"
	"io"

	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/runtime/codec"
	"hecc/runtime/wire"
)

// The errors that the package documentation lists, and what results are made of.
type (
	FileError    = plan.FileError
	ForeignError = wire.ForeignError
	RangeError   = codec.RangeError
	CellError    = tensor.CellError
	Result       = codec.Result
	Output       = codec.Output
)

// Client is a plan as the side sees it that encrypts. Safe for concurrent use.
type Client struct{ plan *plan.Interface }

// mostBytes bounds what is read of a file whose length is not known beforehand.
const mostBytes = 1 << 30

// Open reads a client file; a plan serves too. It reads to the end and does not close r.
func Open(r io.Reader) (*Client, error) {
	file, err := readAll(r)
	if err != nil {
		return nil, err
	}
	i, err := plan.DecodeInterface(file)
	if err != nil {
		return nil, err
	}
	return &Client{i}, nil
}

func readAll(r io.Reader) ([]byte, error) {
	file, err := io.ReadAll(io.LimitReader(r, mostBytes+1))
	if err == nil && len(file) > mostBytes {
		err = &FileError{Err: fmt.Errorf("the file has more than %d bytes", mostBytes)}
	}
	return file, err
}

// ID names the plan: the SHA-256 of its interface, in hexadecimal digits. A server has a model with the same
// ID.
func (c *Client) ID() string { return c.plan.ID().String() }

// Model is the name of the model's file.
func (c *Client) Model() string { return c.plan.Model }

// Input says how many numbers a sample has, and the shape that the model gives them.
func (c *Client) Input() (size int, shape []int) {
	g, err := c.plan.PrologueGraph()
	if err != nil {
		panic(err) // Open has read it
	}
	in := g.Input()
	return in.Size(), in.Shape
}

// EvaluationBytes is how many bytes WriteEvaluation writes.
func (c *Client) EvaluationBytes() int64 { return int64(wire.EvaluationKeysSize(c.plan)) }

// RequestBytes is how many bytes a request of so many samples has that are encrypted with the secret key, and lie
// within the plan's range.
func (c *Client) RequestBytes(samples int) int64 {
	return int64(wire.RequestSize(c.plan, (samples+c.plan.Lanes-1)/c.plan.Lanes, true))
}

// ResponseBytes is how many bytes the answer to such a request has at most.
func (c *Client) ResponseBytes(samples int) int64 {
	return int64(wire.ResponseSize(c.plan, (samples+c.plan.Lanes-1)/c.plan.Lanes))
}

// Promise is the largest error of a result that the plan promises, and what it is measured on, as `output
// "logits"`. Inputs encrypted with the public key have an error of their own.
func (c *Client) Promise() (secret, public float64, of string) {
	return c.plan.PredictedError, c.plan.PublicError, c.plan.ErrorOf()
}

// ReadResponse reads what a server has answered. It reads to the end and does not close r.
func (c *Client) ReadResponse(r io.Reader) (*Response, error) {
	file, err := readAll(r)
	if err != nil {
		return nil, err
	}
	response, err := wire.DecodeResponse(file, c.plan)
	if err != nil {
		return nil, err
	}
	return &Response{response}, nil
}

// Request is encrypted samples.
type Request struct {
	wire *wire.Request
	plan *plan.Interface
}

// Samples is how many there are.
func (r *Request) Samples() int { return r.wire.Count() }

// WriteTo writes the request for the server.
func (r *Request) WriteTo(w io.Writer) (int64, error) {
	n, err := w.Write(r.wire.Encode(r.plan))
	return int64(n), err
}

// Response is encrypted answers.
type Response struct{ wire *wire.Response }
