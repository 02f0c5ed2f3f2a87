// The smallest client, to see that the test of the server's symbols can fail.
package main

import (
	"fmt"

	"hecc/backend/lattigo/crypt"
	"hecc/ir/plan"
	"hecc/runtime/wire"
)

func main() {
	key, err := crypt.GenerateSecretKey(&plan.Interface{})
	if err != nil {
		fmt.Println(err)
		return
	}
	keys, err := key.EvaluationKeys()
	fmt.Println(keys, err)
	fmt.Println(key.Decryptor().Decrypt(&wire.Response{}))
}
