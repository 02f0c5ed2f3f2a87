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
	ctx := context.Background()
	file, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	p, err := plan.Decode(file)
	if err != nil {
		return err
	}
	model, err := eval.Load(ctx, p)
	if err != nil {
		return err
	}
	keys, err := os.Open(args[1])
	if err != nil {
		return err
	}
	defer keys.Close()
	session, err := model.OpenStream(ctx, keys)
	if err != nil {
		return err
	}
	if file, err = os.ReadFile(args[2]); err != nil {
		return err
	}
	request, err := wire.DecodeRequest(file, &p.Interface)
	if err != nil {
		return err
	}
	response, err := session.Run(ctx, request, nil)
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(response.Encode(&p.Interface))
	return err
}
