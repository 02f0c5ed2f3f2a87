package remote_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"hecc/runtime/remote"
)

// From the address of a service to answers.
func Example() {
	ctx := context.Background()
	plan, err := remote.Open(ctx, "https://hecc.example.org", remote.Options{Keys: "keys", Token: os.Getenv("HECC_TOKEN")})
	if err != nil {
		log.Fatal(err)
	}
	results, err := plan.Infer(ctx, [][]float64{make([]float64, 784)})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(results[0].Primary)
}
