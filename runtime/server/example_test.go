package server_test

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"os"

	"hecc/runtime/server"
)

// A server of one client. The files are those that docs/formats.md describes.
func Example() {
	ctx := context.Background()
	model, err := server.Load(ctx, open("model.hecc"), server.Options{Threads: 2}) // once for all clients
	check(err)
	defer model.Close()
	session, err := model.Open(ctx, open("eval.keys"))
	check(err)
	defer session.Close()
	request, err := model.ReadRequest(open("x.ct"))
	check(err)
	response, err := session.Run(ctx, request)
	check(err)
	var answers bytes.Buffer
	n, err := response.WriteTo(&answers)
	check(err)
	fmt.Println(request.Samples(), "samples answered in", n, "bytes")
	// Output: 3 samples answered in 49276 bytes
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
