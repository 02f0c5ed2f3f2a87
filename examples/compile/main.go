// Command compile makes the two files of a plan.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"hecc"
	"hecc/runtime/datafile"
)

func main() {
	if len(os.Args) != 4 {
		log.Fatal("usage: compile MODEL.onnx CALIBRATION.npy NAME")
	}
	if err := compile(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		log.Fatal(err)
	}
}

func compile(model, calibration, name string) error {
	file, err := os.ReadFile(calibration)
	if err != nil {
		return err
	}
	samples, err := datafile.DecodeNpy(file)
	if err != nil {
		return err
	}
	plan, err := hecc.CompileFile(context.Background(), model, hecc.Options{Calibration: samples})
	if err != nil {
		return err
	}
	for _, w := range plan.Warnings() {
		log.Printf("%s\n  %s", w.Text, w.Cure)
	}
	s := plan.Summary()
	fmt.Printf("error at most %.2g of %s; %d bits; keys of %d bytes\n", s.Error, s.ErrorOf, s.Security, s.KeyBytes)
	server, err := os.Create(name + ".hecc")
	if err != nil {
		return err
	}
	defer server.Close()
	client, err := os.Create(name + ".client")
	if err != nil {
		return err
	}
	defer client.Close()
	if err := plan.WritePlan(server); err != nil {
		return err
	}
	return plan.WriteClient(client)
}
