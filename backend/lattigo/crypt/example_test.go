package crypt_test

import (
	"context"
	"fmt"

	"hecc/backend/lattigo/crypt"
	"hecc/backend/lattigo/eval"
	"hecc/backend/lattigo/internal/plantest"
	"hecc/ir/he"
	"hecc/ir/params"
	"hecc/runtime/codec"
)

// The client makes keys and encrypts, the server runs, the client decrypts. What crosses the network are
// the Encode forms of evaluation keys, request and response.
func Example() {
	p := plantest.Params(params.ConjugateInvariant, 12, []float64{37, 28}, []float64{40})
	b := plantest.New(p, 1)
	x := b.Input(0, 1, 1<<28)
	y := b.Op(he.Relin{}, 1, 1, b.Op(he.Mul{}, 1, 1, x, x))
	model := b.Plan(b.Op(he.Rescale{}, 0, 1, y))

	key, err := crypt.GenerateSecretKey(&model.Interface)
	must(err)
	keys, err := key.EvaluationKeys()
	must(err)
	ctx := context.Background()
	server, err := eval.Load(ctx, model) // once for all clients
	must(err)
	session, err := server.Open(ctx, keys)
	must(err)

	slots := make([]float64, p.Slots())
	slots[0], slots[1] = 0.5, -0.25
	request, err := key.Encryptor().Encrypt([]codec.Run{{Samples: []int{0}, Slots: [][]float64{slots}}})
	must(err)
	response, err := session.Run(ctx, request, nil)
	must(err)
	runs, err := key.Decryptor().Decrypt(response)
	must(err)
	fmt.Printf("%.2f %.2f\n", runs[0].Slots[0][0], runs[0].Slots[0][1])
	// Output: 0.25 0.06
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
