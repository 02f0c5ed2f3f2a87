// What a client in a browser needs, to see how large it gets: from the client file and samples to keys and a request, and
// from a response to results.
package main

import (
	"fmt"

	"hecc/backend/lattigo/client"
	"hecc/ir/plan"
	codec "hecc/runtime/client"
	"hecc/runtime/wire"
)

func main() {
	if err := use(nil, nil, nil); err != nil {
		fmt.Println(err)
	}
}

func use(clientFile, response []byte, samples [][]float64) error {
	i, err := plan.DecodeInterface(clientFile)
	if err != nil {
		return err
	}
	key, err := client.GenerateSecretKey(i)
	if err != nil {
		return err
	}
	keys, err := key.EvaluationKeys()
	if err != nil {
		return err
	}
	pack, err := codec.NewCodec(i)
	if err != nil {
		return err
	}
	runs, err := pack.Runs(samples)
	if err != nil {
		return err
	}
	request, err := key.Encryptor().Encrypt(runs)
	if err != nil {
		return err
	}
	fmt.Println(len(key.Wire().Encode()), len(keys.Encode(i)), len(request.Encode(i)))
	answer, err := wire.DecodeResponse(response, i)
	if err != nil {
		return err
	}
	decrypted, err := key.Decryptor().Decrypt(answer)
	if err != nil {
		return err
	}
	results, err := pack.Results(decrypted)
	fmt.Println(results)
	return err
}
