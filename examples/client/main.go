// Command client has a server compute on samples that it never sees.
package main

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strings"

	"hecc/runtime/client"
	"hecc/runtime/datafile"
)

func main() {
	if len(os.Args) != 4 {
		log.Fatal("usage: client PLAN.client SAMPLES.npy URL")
	}
	file, err := os.ReadFile(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	samples, err := datafile.DecodeNpy(file)
	if err != nil {
		log.Fatal(err)
	}
	results, err := infer(os.Args[1], samples[:min(5, len(samples))], os.Args[3])
	if err != nil {
		log.Fatal(err)
	}
	for s, r := range results {
		fmt.Printf("sample %d: %.2f\n", s, r.Primary)
	}
}

// infer makes keys for one request. A client that comes back keeps its keys (WriteSecret, ReadKeys) and its session.
func infer(plan string, samples [][]float64, url string) ([]*client.Result, error) {
	f, err := os.Open(plan)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	c, err := client.Open(f)
	if err != nil {
		return nil, err
	}
	keys, err := c.NewKeys()
	if err != nil {
		return nil, err
	}
	var session strings.Builder
	if err := post(url+"/keys", keys.WriteEvaluation, func(r io.Reader) error {
		_, err := io.Copy(&session, r)
		return err
	}); err != nil {
		return nil, err
	}
	request, err := keys.Encrypt(samples)
	if err != nil {
		return nil, err
	}
	send := func(w io.Writer) error {
		_, err := request.WriteTo(w)
		return err
	}
	var response *client.Response
	if err := post(url+"/sessions/"+session.String(), send, func(r io.Reader) (err error) {
		response, err = c.ReadResponse(r)
		return err
	}); err != nil {
		return nil, err
	}
	return keys.Decrypt(response)
}

// post sends what write writes, while it writes, and hands the answer to read.
func post(url string, write func(io.Writer) error, read func(io.Reader) error) error {
	body, w := io.Pipe()
	go func() { w.CloseWithError(write(w)) }()
	answer, err := http.Post(url, "application/octet-stream", body)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(answer.Body, 1<<12))
		return fmt.Errorf("%s: %s", answer.Status, text)
	}
	return read(answer.Body)
}
