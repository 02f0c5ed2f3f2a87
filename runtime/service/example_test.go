package service_test

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"os"

	"hecc/runtime/server"
	"hecc/runtime/service"
	"hecc/runtime/service/keystore"
)

// A service within a program that has an HTTP server already. Serve is for those that have none.
func Example() {
	plan, err := os.ReadFile("../../testdata/vectors/model.hecc")
	check(err)
	model, err := server.Load(context.Background(), bytes.NewReader(plan), server.Options{})
	check(err)
	dir, err := os.MkdirTemp("", "keys")
	check(err)
	defer os.RemoveAll(dir)
	store, err := keystore.Open(dir, keystore.Options{})
	check(err)
	defer store.Close()
	s, err := service.New(service.Config{Models: []*server.Model{model}, Store: store})
	check(err)
	defer s.Close()

	web := httptest.NewServer(s)
	defer web.Close()
	answer, err := http.Get(web.URL + "/v1/plans/" + model.ID())
	check(err)
	fmt.Println(answer.Status, answer.Header.Get("Content-Type"))
	// Output: 200 OK application/json
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
