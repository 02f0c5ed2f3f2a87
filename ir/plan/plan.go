// Package plan is the compiler's product: a plan file for the server, and the
// client's part of it, which has no weights.
//
//	model.onnx ── compile ──> model.hecc (server: everything) ──> model.client (client: Interface only)
//
// Both are versioned and end in a SHA-256 of what comes before; equal input gives equal bytes.
package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"

	"hecc/ir/he"
	"hecc/ir/params"
	"hecc/ir/tensor"
)

// Plan is what the server holds.
type Plan struct {
	Interface  Interface
	Circuit    *he.Circuit
	Imported   *tensor.Graph // the exact model, for comparisons in clear
	Polynomial *tensor.Graph // what the circuit computes
	Costs      Costs         // what it was optimised for
	Fit        Fit           // how far the one is from the other
	Choice     Choice        // why it is as it is
}

// Interface is what the client needs: how to encrypt, which keys to make, how to read the answer. It holds no
// weights. One that was read from a file or belongs to a sealed plan is known by its bytes there (see ID):
// changing its fields does not change them.
type Interface struct {
	Model          string        `json:"model"`    // the model file's name
	Circuit        string        `json:"circuit"`  // hex SHA-256 of the server's part
	Security       int           `json:"security"` // bits, by the 2024 guidelines
	Params         params.Params `json:"params"`
	Lanes          int           `json:"lanes"` // samples side by side in a ciphertext: see he.Circuit
	Input          Port          `json:"input"`
	Box            Box           `json:"box"`
	Output         Port          `json:"output"`
	Keys           he.Keys       `json:"keys"`
	Flooding       Flooding      `json:"flooding"`        // noise that is added to decrypted values, then
	Rounding       float64       `json:"rounding"`        // they are rounded to multiples of this power of two, then comes the epilogue
	PredictedError float64       `json:"predicted_error"` // of the judged output (see tensor.Graph.Judged), absolute
	PublicError    float64       `json:"public_error"`    // the same for inputs encrypted with the public key
	Prologue       string        `json:"prologue"`        // a tensor graph from a sample to what is encrypted
	Epilogue       string        `json:"epilogue"`        // a tensor graph from the decrypted values to the model's outputs

	stored []byte // the JSON in the file; nil: none yet
	id     ID     // its hash
}

// Port is one end of the encrypted computation.
type Port struct {
	Name   string    `json:"name"`
	Shape  []int     `json:"shape"` // of one sample
	Layout he.Layout `json:"layout"`
	Level  int       `json:"level"`
	Scale  float64   `json:"scale"`
}

// Box is the range of what is encrypted that the plan was made for, by element.
type Box struct {
	Lo []float64 `json:"lo"`
	Hi []float64 `json:"hi"`
}

// Outside finds the element of x that lies furthest outside the box, or -1.
func (b Box) Outside(x []float64) (element int) {
	element, worst := -1, 0.0
	for i, v := range x {
		d := max(b.Lo[i]-v, v-b.Hi[i])
		if d > worst || math.IsNaN(v) {
			element, worst = i, d
		}
	}
	return element
}

// ID identifies the plan: what keys and ciphertexts are bound to.
type ID [sha256.Size]byte

// String is the ID in hexadecimal digits.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// ID hashes the interface's bytes as they stand in the file. They name the hash of the server's part.
func (i *Interface) ID() ID {
	if i.stored == nil {
		return sha256.Sum256(i.encode())
	}
	return i.id
}

// fix makes b the bytes that stand for the interface in files.
func (i *Interface) fix(b []byte) { i.stored, i.id = b, sha256.Sum256(b) }

// bytes are those that were fixed, or of an interface that never came from a file or a sealed plan, what it
// is written as.
func (i *Interface) bytes() []byte {
	if i.stored == nil {
		return i.encode()
	}
	return i.stored
}

func (i *Interface) encode() []byte {
	c := *i
	c.Input.Shape, c.Output.Shape, c.Keys.Rotations = list(c.Input.Shape), list(c.Output.Shape), list(c.Keys.Rotations)
	c.Params.P = list(c.Params.P)
	return writeJSON(c)
}

// EpilogueGraph parses the epilogue.
func (i *Interface) EpilogueGraph() (*tensor.Graph, error) { return tensor.Parse(i.Epilogue) }

// PrologueGraph parses the prologue.
func (i *Interface) PrologueGraph() (*tensor.Graph, error) { return tensor.Parse(i.Prologue) }

// Check rejects an interface that does not hold together.
func (i *Interface) Check() error {
	if err := i.Params.Check(i.Security); err != nil {
		return err
	}
	if params.MaxLogQP(i.Params.LogN, i.Security) == 0 {
		return fmt.Errorf("no bound for %d-bit security at N=2^%d", i.Security, i.Params.LogN)
	}
	if i.Lanes < 1 || i.Lanes > he.MaxLanes {
		return fmt.Errorf("%d lanes", i.Lanes)
	}
	for _, p := range []Port{i.Input, i.Output} {
		if err := i.checkPort(p); err != nil {
			return fmt.Errorf("port %q: %w", p.Name, err)
		}
	}
	n := i.Input.Layout.Size
	if len(i.Box.Lo) != n || len(i.Box.Hi) != n {
		return fmt.Errorf("box of %d and %d elements for an input of %d", len(i.Box.Lo), len(i.Box.Hi), n)
	}
	for k, lo := range i.Box.Lo {
		if hi := i.Box.Hi[k]; !(lo <= hi) || math.IsInf(lo, 0) || math.IsInf(hi, 0) {
			return fmt.Errorf("box of element %d is [%v, %v]", k, lo, hi)
		}
	}
	if !(i.PredictedError >= 0 && i.PublicError >= i.PredictedError) || math.IsInf(i.PublicError, 1) {
		return fmt.Errorf("predicted errors %v and %v", i.PredictedError, i.PublicError)
	}
	if err := i.checkRelease(); err != nil {
		return err
	}
	if err := i.checkKeys(); err != nil {
		return err
	}
	if err := i.CheckBudget(); err != nil {
		return err
	}
	if err := i.checkPrologue(); err != nil {
		return err
	}
	return i.checkEpilogue()
}

func (i *Interface) checkPort(p Port) error {
	if err := p.Layout.Check(); err != nil {
		return err
	}
	elements := 1
	for _, d := range p.Shape {
		if d < 1 || elements > p.Layout.Size {
			return fmt.Errorf("shape %v", p.Shape)
		}
		elements *= d
	}
	if elements != p.Layout.Size || p.Layout.Slots*i.Lanes != i.Params.Slots() {
		return fmt.Errorf("shape %v does not fit its layout", p.Shape)
	}
	if p.Level < 0 || p.Level > i.Params.MaxLevel() || !(p.Scale >= 1) || math.Log2(p.Scale) > i.Params.LogQ(p.Level) {
		return fmt.Errorf("level %d, scale %v", p.Level, p.Scale)
	}
	return nil
}

func (i *Interface) checkKeys() error {
	if i.Keys.Relin < he.NoKey || i.Keys.Relin > i.Params.MaxLevel() {
		return fmt.Errorf("relinearisation key at level %d", i.Keys.Relin)
	}
	if len(i.Params.P) == 0 && (i.Keys.Relin != he.NoKey || len(i.Keys.Rotations) > 0) {
		return fmt.Errorf("keys without special primes")
	}
	last := 0
	for _, k := range i.Keys.Rotations {
		if k.By <= last || k.By >= i.Params.Slots() || k.Level < 0 || k.Level > i.Params.MaxLevel() {
			return fmt.Errorf("rotation key %+v is out of order or range", k)
		}
		last = k.By
	}
	return nil
}

func (i *Interface) checkPrologue() error {
	g, err := i.PrologueGraph()
	if err != nil {
		return fmt.Errorf("prologue: %w", err)
	}
	if n := g.Outputs[0].Node; g.Stage != tensor.Prologue || len(g.Outputs) > 1 || n.Size() != i.Input.Layout.Size {
		return fmt.Errorf("prologue at stage %s gives %d outputs, the first of %d elements; the input has %d", g.Stage, len(g.Outputs), n.Size(), i.Input.Layout.Size)
	}
	return i.checkClientGraph(g, i.Input)
}

func (i *Interface) checkEpilogue() error {
	g, err := i.EpilogueGraph()
	if err != nil {
		return fmt.Errorf("epilogue: %w", err)
	}
	if g.Stage != tensor.Epilogue || g.Input().Size() != i.Output.Layout.Size {
		return fmt.Errorf("epilogue at stage %s takes %d elements, the output has %d", g.Stage, g.Input().Size(), i.Output.Layout.Size)
	}
	return i.checkClientGraph(g, i.Output)
}

// Require rejects an interface whose parameters give less security than so many bits. A client that reads
// files of others asks for what it needs.
func (i *Interface) Require(security int) error {
	if got := i.Params.Security(); got < security {
		return fmt.Errorf("its parameters (N=2^%d, %.0f bits of moduli) give %d bits of security, %d are required", i.Params.LogN, i.Params.LogQP(), got, security)
	}
	return nil
}
