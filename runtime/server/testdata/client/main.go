// The smallest client, to see that the test of the server's symbols can fail.
package main

import (
	"log"
	"os"

	"hecc/runtime/client"
)

func main() {
	c, err := client.Open(os.Stdin)
	if err != nil {
		log.Fatal(err)
	}
	keys, err := c.NewKeys()
	if err != nil {
		log.Fatal(err)
	}
	response, err := c.ReadResponse(os.Stdin)
	if err != nil {
		log.Fatal(err)
	}
	log.Println(keys.Decrypt(response))
}
