package client_test

import (
	"bytes"
	"fmt"
	"log"
	"os"

	"hecc/runtime/client"
)

// A client makes keys and encrypts. The server gets the evaluation keys once, and each request.
func Example() {
	c, err := client.Open(open("model.client"))
	check(err)
	keys, err := c.NewKeys()
	check(err)
	var forServer, request bytes.Buffer
	check(keys.WriteEvaluation(&forServer))
	encrypted, err := keys.Encrypt([][]float64{{0.5, -0.25}})
	check(err)
	size, err := encrypted.WriteTo(&request)
	check(err)
	fmt.Println(encrypted.Samples(), "sample in", size, "bytes")
	// Output: 1 sample in 37012 bytes
}

// An answer is decrypted with the secret key, which may have been kept in a file.
func ExampleKeys_Decrypt() {
	c, err := client.Open(open("model.client"))
	check(err)
	keys, err := c.ReadKeys(open("secret.key"))
	check(err)
	response, err := c.ReadResponse(open("y.ct"))
	check(err)
	results, err := keys.Decrypt(response)
	check(err)
	for _, r := range results {
		fmt.Printf("%s: %.2f\n", r.Outputs[0].Name, r.Outputs[0].Values)
	}
	// Output:
	// y0: [0.38 0.62]
	// y0: [0.85 0.15]
	// y0: [0.22 0.78]
}

func open(name string) *os.File {
	f, err := os.Open("../../testdata/vectors/" + name)
	check(err)
	return f
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
