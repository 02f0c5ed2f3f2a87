package he

// Op is an operation on ciphertexts; the implementations are the structs of this file.
type Op interface {
	Name() string
	degree(in []*Value) int
}

type (
	// Input is ciphertext number Index of the request.
	Input struct{ Index int }

	// Linear is a sum of diagonals: Σ_g rot(Σ_b D_{g,b} · rot(x, b), g), where rot(x, r)
	// moves slot t+r to slot t. Rotations of one operand share its decomposition (hoisting).
	Linear struct{ Terms []Term }

	// Fold is Σ_s rot(x, s), with the rotations hoisted. Steps are distinct; 0 stands for x itself.
	Fold struct{ Steps []int }

	// Add and Sub work slot by slot.
	Add struct{}
	Sub struct{}

	// Mul is the product of two ciphertexts of degree 1; it has degree 2.
	Mul struct{}

	// MulPlain is the product with a plaintext, AddPlain the sum.
	MulPlain struct{ Plain Plain }
	AddPlain struct{ Plain Plain }

	// Relin takes degree 2 back to degree 1.
	Relin struct{}

	// Rescale divides by the highest modulus.
	Rescale struct{}
)

// Plain is a plaintext: a number for every slot, or one number for all.
type Plain []float64

// At is the number in a slot.
func (p Plain) At(slot int) float64 {
	if len(p) == 1 {
		return p[0]
	}
	return p[slot]
}

// Term is one diagonal of a Linear.
type Term struct {
	Arg   int // which operand
	Baby  int // rotation of the operand, in [0, slots)
	Giant int // rotation of the product, in [0, slots)
	Diag  Plain
}

func (Input) Name() string    { return "input" }
func (Linear) Name() string   { return "linear" }
func (Fold) Name() string     { return "fold" }
func (Add) Name() string      { return "add" }
func (Sub) Name() string      { return "sub" }
func (Mul) Name() string      { return "mul" }
func (MulPlain) Name() string { return "mulplain" }
func (AddPlain) Name() string { return "addplain" }
func (Relin) Name() string    { return "relin" }
func (Rescale) Name() string  { return "rescale" }

func (Input) degree([]*Value) int       { return 1 }
func (Fold) degree([]*Value) int        { return 1 }
func (Relin) degree([]*Value) int       { return 1 }
func (Mul) degree([]*Value) int         { return 2 }
func (Add) degree(in []*Value) int      { return maxDegree(in) }
func (Sub) degree(in []*Value) int      { return maxDegree(in) }
func (MulPlain) degree(in []*Value) int { return maxDegree(in) }
func (AddPlain) degree(in []*Value) int { return maxDegree(in) }
func (Rescale) degree(in []*Value) int  { return maxDegree(in) }

// degree is that of the operands where nothing is rotated; rotating takes degree 1 only.
func (op Linear) degree(in []*Value) int {
	if op.IsElementwise() {
		return maxDegree(in)
	}
	return 1
}

func maxDegree(in []*Value) int {
	d := 1
	for _, v := range in {
		d = max(d, v.Degree)
	}
	return d
}

// Rotations lists the key switches of a Linear: the distinct non-zero babies of each
// operand, and the distinct non-zero giants.
func (op Linear) Rotations() (babies [][]int, giants []int) {
	var seenBaby []map[int]bool
	seenGiant := map[int]bool{0: true}
	for _, t := range op.Terms {
		for len(babies) <= t.Arg {
			babies = append(babies, nil)
			seenBaby = append(seenBaby, map[int]bool{0: true})
		}
		if !seenBaby[t.Arg][t.Baby] {
			seenBaby[t.Arg][t.Baby] = true
			babies[t.Arg] = append(babies[t.Arg], t.Baby)
		}
		if !seenGiant[t.Giant] {
			seenGiant[t.Giant] = true
			giants = append(giants, t.Giant)
		}
	}
	return babies, giants
}

// IsElementwise says whether a Linear needs no rotation.
func (op Linear) IsElementwise() bool {
	for _, t := range op.Terms {
		if t.Baby != 0 || t.Giant != 0 {
			return false
		}
	}
	return true
}
