package onnx

import "fmt"

// Limits on what a file may ask for.
const (
	// maxFileBytes bounds the file itself.
	maxFileBytes = 512 << 20
	// maxFields bounds the protobuf fields of a file: each may cost an
	// allocation many times its size. Weights count as one field.
	maxFields = 1 << 20
	// maxNesting bounds how deep messages stand in each other.
	maxNesting = 64
	// maxRank bounds the axes of a value.
	maxRank = 32
	// maxComputed bounds the elements of all values that are computed, of
	// constants and of one sample.
	maxComputed = 1 << 25
	// maxEntries bounds the weights of all convolutions and other filters, each counted once for each element
	// that it makes: 16 bytes of memory. ResNet-20 has 37 million.
	maxEntries = 1 << 26
	// maxPlane bounds the elements of one channel that a filter makes, and maxTaps the elements that it reads for
	// them, before its map is made.
	maxPlane, maxTaps = 1 << 22, 1 << 24
	// maxFoldWork bounds the multiplications spent on constant products.
	maxFoldWork = 1 << 32
)

// budget counts what the import of one model has used.
type budget struct {
	elements, work, entries int
}

// spend charges a value of that many elements, each of which costs work steps.
func (b *budget) spend(elements, work int) error {
	b.elements += elements
	if b.elements > maxComputed {
		return fmt.Errorf("the values have more than %d elements together", maxComputed)
	}
	b.work += elements * work
	if b.work > maxFoldWork {
		return fmt.Errorf("the constants take more than %d multiplications to compute", maxFoldWork)
	}
	return nil
}

// spendEntries charges a sparse map of so many entries, and says whether they are not too many.
func (b *budget) spendEntries(n int) bool {
	b.entries += n
	return b.entries <= maxEntries
}
