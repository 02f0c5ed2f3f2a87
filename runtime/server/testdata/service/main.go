// The smallest service: a plan over HTTP.
package main

import (
	"context"
	"log"
	"net"
	"os"

	"hecc/runtime/server"
	"hecc/runtime/service"
	"hecc/runtime/service/keystore"
)

func main() {
	ctx := context.Background()
	model, err := server.Load(ctx, os.Stdin, server.Options{})
	check(err)
	store, err := keystore.Open(os.Args[1], keystore.Options{})
	check(err)
	s, err := service.New(service.Config{Models: []*server.Model{model}, Store: store})
	check(err)
	l, err := net.Listen("tcp", "localhost:0")
	check(err)
	check(s.Serve(ctx, l, nil))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
