// What a client in a browser needs, to see how large it gets: from the client file and samples to keys and a request, and
// from a response to results.
package main

import (
	"bytes"
	"fmt"
	"io"

	"hecc/runtime/client"
)

func main() {
	if err := use(nil, nil, nil); err != nil {
		fmt.Println(err)
	}
}

func use(clientFile, response io.Reader, samples [][]float64) error {
	c, err := client.Open(clientFile)
	if err != nil {
		return err
	}
	keys, err := c.NewKeys()
	if err != nil {
		return err
	}
	var forServer bytes.Buffer
	if err := keys.WriteEvaluation(&forServer); err != nil {
		return err
	}
	request, err := keys.Encrypt(samples)
	if err != nil {
		return err
	}
	if _, err := request.WriteTo(&forServer); err != nil {
		return err
	}
	answer, err := c.ReadResponse(response)
	if err != nil {
		return err
	}
	results, err := keys.Decrypt(answer)
	fmt.Println(results)
	return err
}
