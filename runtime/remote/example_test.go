package remote_test

import (
	"context"
	"fmt"
	"log"
	"net/http/httptest"
	"os"

	"hecc/runtime/remote"
	"hecc/runtime/server"
	"hecc/runtime/service"
	"hecc/runtime/service/keystore"
)

// From the address of a service to answers. Keys are made and uploaded once, and kept in a directory.
func Example() {
	ctx := context.Background()
	web, dir := exampleService()
	defer web.Close()
	defer os.RemoveAll(dir)

	plan, err := remote.Open(ctx, web.URL, remote.Options{Keys: dir + "/client", Token: os.Getenv("HECC_TOKEN")})
	must(err)
	results, err := plan.Infer(ctx, [][]float64{{0.5, -0.25}, {1, 0.75}})
	must(err)
	for _, r := range results {
		fmt.Printf("%.2f\n", r.Primary)
	}
	// Output:
	// [0.38 0.62]
	// [0.01 0.99]
}

// exampleService serves the plan that docs/formats.md describes, and has a directory.
func exampleService() (web *httptest.Server, dir string) {
	file, err := os.Open("../../testdata/vectors/model.hecc")
	must(err)
	model, err := server.Load(context.Background(), file, server.Options{})
	must(err)
	dir, err = os.MkdirTemp("", "example")
	must(err)
	store, err := keystore.Open(dir+"/service", keystore.Options{})
	must(err)
	s, err := service.New(service.Config{Models: []*server.Model{model}, Store: store})
	must(err)
	return httptest.NewServer(s), dir
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
