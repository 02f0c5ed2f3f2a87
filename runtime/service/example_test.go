package service_test

import (
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
	model, err := server.Load(context.Background(), open("model.hecc"), server.Options{})
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
