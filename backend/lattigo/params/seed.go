package params

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"fmt"

	"github.com/tuneinsight/lattigo/v5/utils/sampling"
)

// Seed replaces the uniform halves of the keys or ciphertexts of one file. It must
// be fresh for every file: two files with one seed would share their masks.
type Seed = [32]byte

// Stream is the randomness of item index of a file: the keystream of AES-256 in counter
// mode under the seed, from counter block index·2^64 on, so that items can be
// expanded in any order. Processors have instructions for it: it is eight times as fast as Lattigo's BLAKE2b.
func Stream(seed Seed, index int) sampling.PRNG {
	block, err := aes.NewCipher(seed[:])
	if err != nil {
		panic(fmt.Sprintf("params: %v", err)) // only for keys of another length
	}
	counter := make([]byte, aes.BlockSize)
	binary.BigEndian.PutUint64(counter, uint64(index))
	return keystream{cipher.NewCTR(block, counter)}
}

type keystream struct{ cipher.Stream }

// Read fills p with the next bytes. It never fails.
func (k keystream) Read(p []byte) (int, error) {
	clear(p)
	k.XORKeyStream(p, p)
	return len(p), nil
}
