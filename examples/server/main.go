// Command server answers encrypted requests over HTTP: POST /keys opens a session and returns its name,
// POST /sessions/NAME computes.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"sync"

	"hecc/runtime/server"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: server PLAN.hecc ADDRESS")
	}
	plan, err := os.Open(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	model, err := server.Load(context.Background(), plan, server.Options{Threads: 2})
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.ListenAndServe(os.Args[2], handler(model)))
}

// handler serves a model to all clients.
func handler(model *server.Model) http.Handler {
	var sessions sync.Map // *server.Session by name
	mux := http.NewServeMux()
	mux.HandleFunc("POST /keys", func(w http.ResponseWriter, r *http.Request) {
		session, err := model.Open(r.Context(), http.MaxBytesReader(w, r.Body, model.KeyBytes()))
		if err != nil {
			refuse(w, err)
			return
		}
		name := rand.Text()
		sessions.Store(name, session)
		fmt.Fprint(w, name)
	})
	mux.HandleFunc("POST /sessions/{name}", func(w http.ResponseWriter, r *http.Request) {
		session, ok := sessions.Load(r.PathValue("name"))
		if !ok {
			http.Error(w, "no such session: send the evaluation keys to /keys first", http.StatusNotFound)
			return
		}
		request, err := model.ReadRequest(r.Body)
		if err != nil {
			refuse(w, err)
			return
		}
		response, err := session.(*server.Session).Run(r.Context(), request)
		if err != nil {
			refuse(w, err)
			return
		}
		_, _ = response.WriteTo(w) // the client has gone if this fails
	})
	return mux
}

// refuse tells the client what is wrong with what was sent, and keeps the server's own troubles to itself.
func refuse(w http.ResponseWriter, err error) {
	var file *server.FileError
	var foreign *server.ForeignError
	var large *server.TooLargeError
	switch {
	case errors.As(err, &file), errors.As(err, &foreign):
		http.Error(w, err.Error(), http.StatusBadRequest)
	case errors.As(err, &large):
		http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
	default:
		log.Print(err)
		http.Error(w, "the server failed", http.StatusInternalServerError)
	}
}
