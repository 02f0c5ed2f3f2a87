package plan

import (
	"encoding/json"
	"fmt"
	"math"
)

// Costs are what the parts of operations are taken to cost on a machine: what a plan's predicted times and
// the compiler's choices rest on.
type Costs struct {
	Name   string    `json:"name"`
	Wide   LimbCosts `json:"wide"`   // modulo a prime from 2^50 up
	Narrow LimbCosts `json:"narrow"` // modulo a lesser one, which 52-bit multipliers (IFMA) take
	Stream float64   `json:"stream"` // least time of a product with a key or plaintext that is read from memory
	Expand float64   `json:"expand"` // of a coefficient of an input, whose uniform half is expanded from its seed
}

// LimbCosts are in nanoseconds for each coefficient.
type LimbCosts struct {
	Butterfly float64 `json:"butterfly"` // for each layer of a transform
	Product   float64 `json:"product"`   // multiply and accumulate
	Matrix    float64 `json:"matrix"`    // the same, of a whole layer by numbers at once
}

// Check rejects costs that cannot be.
func (c *Costs) Check() error {
	for _, x := range []float64{c.Wide.Butterfly, c.Wide.Product, c.Wide.Matrix, c.Narrow.Butterfly, c.Narrow.Product, c.Narrow.Matrix, c.Stream, c.Expand} {
		if !(x > 0) || math.IsInf(x, 1) {
			return fmt.Errorf("costs %q: %v is no cost in nanoseconds", c.Name, x)
		}
	}
	return nil
}

// Encode writes the costs as JSON.
func (c *Costs) Encode() []byte {
	b, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		panic(fmt.Sprintf("plan: %v", err)) // Check rejects what JSON cannot hold
	}
	return append(b, '\n')
}

// ParseCosts reads what Encode wrote, or a user.
func ParseCosts(b []byte) (c Costs, err error) {
	if err := readJSON(b, &c); err != nil {
		return c, err
	}
	return c, c.Check()
}
