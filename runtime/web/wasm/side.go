//go:build js

package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"sort"

	"hecc/ir/diag"
	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/runtime/client"
	"hecc/runtime/codec"
	"hecc/runtime/datafile"
)

// side is the client's side of one plan.
type side struct {
	client *client.Client
	input  tensor.Input
	keys   *client.Keys
}

var (
	errNoPlan = errors.New("no plan is open")
	errNoKeys = errors.New("there are no keys")
)

// info is what the page shows of a plan, and what it needs to ask for samples.
type info struct {
	ID           string   `json:"id"`
	Model        string   `json:"model"`
	Security     int      `json:"security"` // bits
	KeyBytes     int64    `json:"keyBytes"`
	RequestBytes int64    `json:"requestBytes"` // of one sample
	Size         int      `json:"size"`         // numbers of a sample
	Columns      []string `json:"columns"`      // names, if the model has any
	Side         int      `json:"side"`         // of a square picture, 0 if it is none
	Ink          float64  `json:"ink"`          // of a pixel that is drawn
	Promise      float64  `json:"promise"`
	PromiseOf    string   `json:"promiseOf"`
}

func (s *side) open(file []byte) (any, error) {
	c, err := client.Open(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	i, err := plan.DecodeInterface(file)
	if err != nil {
		return nil, err
	}
	k, err := codec.NewCodec(i)
	if err != nil {
		return nil, err
	}
	*s = side{client: c, input: k.Input()}
	size, shape := c.Input()
	v := info{ID: c.ID(), Model: c.Model(), Security: i.Security, KeyBytes: c.EvaluationBytes(), RequestBytes: c.RequestBytes(1), Size: size}
	v.Promise, _, v.PromiseOf = c.Promise()
	for _, c := range s.input.Columns {
		v.Columns = append(v.Columns, c.Name)
	}
	if v.Ink = ink(i.Box); v.Ink > 0 && len(s.input.Columns) == 0 && len(i.Box.Lo) == size {
		v.Side = squareSide(shape, size)
	}
	return parsed(v)
}

// flatPicture is the only list of numbers that is taken for a picture: MNIST's, of which nobody writes the shape.
const flatPicture = 28 * 28

// squareSide is the side of a picture in grey whose rows follow each other.
func squareSide(shape []int, size int) int {
	n := len(shape)
	if n == 1 && size == flatPicture {
		return 28
	}
	if n >= 2 && shape[n-1] == shape[n-2] && shape[n-1]*shape[n-1] == size && size >= 16 {
		return shape[n-1]
	}
	return 0
}

// ink is what pictures have where something is drawn, on a ground of zeros: 1 or 255, which of them the range of
// the plan shows. Of other ranges nobody can know; it is 0 then.
func ink(b plan.Box) float64 {
	lo, hi := 0.0, 0.0
	for i := range b.Lo {
		lo, hi = min(lo, b.Lo[i]), max(hi, b.Hi[i])
	}
	switch {
	case hi >= 1 && hi < 2 && lo > -1:
		return 1
	case hi >= 255 && hi < 510 && lo > -255:
		return 255
	}
	return 0
}

func (s *side) newKeys() (err error) {
	if s.client == nil {
		return errNoPlan
	}
	s.keys, err = s.client.NewKeys()
	return err
}

func (s *side) secretKey() (any, error) {
	if s.keys == nil {
		return nil, errNoKeys
	}
	var b bytes.Buffer
	err := s.keys.WriteSecret(&b)
	return arrayOf(b.Bytes()), err
}

func (s *side) restoreKeys(file []byte) (err error) {
	if s.client == nil {
		return errNoPlan
	}
	s.keys, err = s.client.ReadKeys(bytes.NewReader(file))
	return err
}

// chunk is how many bytes of keys are handed on at a time.
const chunk = 1 << 20

func (s *side) writeEvaluation(to io.Writer) (any, error) {
	if s.keys == nil {
		return nil, errNoKeys
	}
	hash := sha256.New()
	w := bufio.NewWriterSize(to, chunk)
	if err := s.keys.WriteEvaluation(io.MultiWriter(hash, w)); err != nil {
		return nil, err
	}
	return hex.EncodeToString(hash.Sum(nil)), w.Flush()
}

// limits are what a request keeps to.
type limits struct {
	outside bool  // the plan's range does not count
	bytes   int64 // at most
}

func (s *side) encryptText(text []byte, most limits) (any, error) {
	if s.client == nil {
		return nil, errNoPlan
	}
	lines := bytes.Count(text, []byte("\n"))
	if n := s.most(most.bytes); lines > n+1 && !bytes.ContainsRune(text, '"') { // each but a header is a sample
		return nil, tooMany(lines, n)
	}
	samples, err := datafile.DecodeCSV(text, s.input)
	if err != nil {
		return nil, err
	}
	return s.encrypt(samples.Rows, samples.Remarks, most)
}

func (s *side) encrypt(rows [][]float64, remarks []string, most limits) (any, error) {
	if s.keys == nil {
		return nil, errNoKeys
	}
	if n := s.most(most.bytes); len(rows) > n {
		return nil, tooMany(len(rows), n)
	}
	encrypt := s.keys.Encrypt
	if most.outside {
		encrypt = s.keys.EncryptAny
	}
	request, err := encrypt(rows)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if _, err := request.WriteTo(&b); err != nil {
		return nil, err
	}
	said := []any{}
	for _, r := range remarks {
		said = append(said, r)
	}
	return map[string]any{"request": arrayOf(b.Bytes()), "samples": len(rows), "remarks": said}, nil
}

// most is how many samples make a request of so many bytes.
func (s *side) most(limit int64) int {
	return sort.Search(int(limit), func(n int) bool { return s.client.RequestBytes(n+1) > limit })
}

// tooMany refuses samples before they take memory and time.
func tooMany(n, most int) error {
	return diag.Reason("%d samples are more than this service takes at a time", n).Cure("send %d at most", most)
}

func (s *side) decrypt(answer []byte) (any, error) {
	if s.keys == nil {
		return nil, errNoKeys
	}
	response, err := s.client.ReadResponse(bytes.NewReader(answer))
	if err != nil {
		return nil, err
	}
	results, err := s.keys.Decrypt(response)
	if err != nil {
		return nil, err
	}
	return parsed(results)
}
