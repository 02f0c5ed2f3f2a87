// The smallest server: it reads a plan, keys and a request, and writes a response.
package main

import (
	"context"
	"fmt"
	"os"

	"hecc/backend/lattigo/eval"
	"hecc/ir/plan"
	"hecc/runtime/wire"
)

func main() {
	if err := serve(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(args []string) error {
	var files [3][]byte
	for i := range files {
		var err error
		if files[i], err = os.ReadFile(args[i]); err != nil {
			return err
		}
	}
	p, err := plan.Decode(files[0])
	if err != nil {
		return err
	}
	keys, err := wire.DecodeEvaluationKeys(files[1], &p.Interface)
	if err != nil {
		return err
	}
	request, err := wire.DecodeRequest(files[2], &p.Interface)
	if err != nil {
		return err
	}
	session, err := eval.Open(p, keys)
	if err != nil {
		return err
	}
	response, err := session.Run(context.Background(), request, nil)
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(response.Encode(&p.Interface))
	return err
}
