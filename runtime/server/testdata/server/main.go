// The smallest server: it reads a plan, keys and a request, and writes a response.
package main

import (
	"context"
	"log"
	"os"

	"hecc/runtime/server"
)

func main() {
	ctx := context.Background()
	var files []*os.File
	for _, name := range os.Args[1:] {
		f, err := os.Open(name)
		check(err)
		files = append(files, f)
	}
	model, err := server.Load(ctx, files[0], server.Options{})
	check(err)
	session, err := model.Open(ctx, files[1])
	check(err)
	request, err := model.ReadRequest(files[2])
	check(err)
	response, err := session.Run(ctx, request)
	check(err)
	_, err = response.WriteTo(os.Stdout)
	check(err)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
