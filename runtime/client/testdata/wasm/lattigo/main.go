// Keys, encryption and decryption with Lattigo alone: what a client's size is compared with.
package main

import (
	"fmt"

	"github.com/tuneinsight/lattigo/v5/core/rlwe"
)

func main() {
	p, err := rlwe.NewParametersFromLiteral(rlwe.ParametersLiteral{LogN: 12, Q: []uint64{0x1000000021}})
	if err != nil {
		fmt.Println(err)
		return
	}
	kgen := rlwe.NewKeyGenerator(p)
	key := kgen.GenSecretKeyNew()
	fmt.Println(kgen.GenGaloisKeyNew(5, key), rlwe.NewEncryptor(p, key), rlwe.NewDecryptor(p, key))
}
