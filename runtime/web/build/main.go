// Command build writes the page and its program, compiled to WebAssembly, into a directory for hecc serve --web.
// It needs Go and the source of hecc.
//
//	go run ./runtime/web/build DIR
package main

import (
	"fmt"
	"log"
	"os"

	"hecc/runtime/web/bundle"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 || os.Args[1] == "" || os.Args[1][0] == '-' {
		fmt.Fprintln(os.Stderr, "usage: go run ./runtime/web/build DIR")
		os.Exit(2)
	}
	if err := bundle.Write(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}
