package hecc_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"os"

	"hecc"
	"hecc/models"
	"hecc/runtime/client"
	"hecc/runtime/datafile"
	"hecc/runtime/server"
)

// A trained network classifies digits that it cannot see. The three sides share files only.
func Example() {
	ctx := context.Background()
	var serverFile, clientFile, keysFile, requestFile, responseFile bytes.Buffer

	// Whoever has the model compiles it, once.
	plan, err := hecc.Compile(ctx, bytes.NewReader(models.Square), hecc.Options{Calibration: digits(models.DemoCalibration)})
	check(err)
	check(plan.WritePlan(&serverFile))
	check(plan.WriteClient(&clientFile))

	// The client makes keys and encrypts samples.
	c, err := client.Open(&clientFile)
	check(err)
	keys, err := c.NewKeys()
	check(err)
	check(keys.WriteEvaluation(&keysFile))
	request, err := keys.Encrypt(digits(models.DemoDigits)[:2])
	check(err)
	_, err = request.WriteTo(&requestFile)
	check(err)

	// The server computes on ciphertexts.
	model, err := server.Load(ctx, &serverFile, server.Options{}) // once for all clients
	check(err)
	session, err := model.Open(ctx, &keysFile)
	check(err)
	encrypted, err := model.ReadRequest(&requestFile)
	check(err)
	answers, err := session.Run(ctx, encrypted)
	check(err)
	_, err = answers.WriteTo(&responseFile)
	check(err)

	// The client decrypts and reads the model's outputs.
	response, err := c.ReadResponse(&responseFile)
	check(err)
	results, err := keys.Decrypt(response)
	check(err)
	for _, r := range results {
		fmt.Println("digit", largest(r.Primary))
	}
	// Output:
	// digit 3
	// digit 6
}

// A plan is two files: one for the server, one for clients.
func ExampleCompileFile() {
	file, err := os.ReadFile("testdata/monitoring/calibrate.npy")
	check(err)
	samples, err := datafile.DecodeNpy(file)
	check(err)
	plan, err := hecc.CompileFile(context.Background(), "models/monitoring/linear.onnx", hecc.Options{Calibration: samples})
	check(err)
	var forServer, forClient bytes.Buffer
	check(plan.WritePlan(&forServer))
	check(plan.WriteClient(&forClient))
	s := plan.Summary()
	fmt.Printf("error up to %.1g of %s; %d bits; keys of %d KiB\n", s.Error, s.ErrorOf, s.Security, s.KeyBytes/1024)
	// Output: error up to 0.0008 of the probabilities; 128 bits; keys of 360 KiB
}

// The compiler says how large the error will be, and what keys and ciphertexts cost, before anything is encrypted.
func ExampleCompile() {
	plan, err := hecc.Compile(context.Background(), bytes.NewReader(models.Relu), hecc.Options{
		Calibration:     digits(models.DemoCalibration),
		TargetAgreement: 0.95, // the share of digits whose class must stay
		Security:        192,
	})
	check(err)
	s := plan.Summary()
	fmt.Println("functions were replaced by polynomials:", len(s.Degrees))
	fmt.Println("at least 192 bits of security:", s.Security >= 192)
	fmt.Println("the error is measured on", s.ErrorOf)
	fmt.Println("a server with 1 GiB has room for two clients:", s.ModelMemory+2*(s.SessionMemory+s.RunMemory) < 1<<30)
	for _, w := range plan.Warnings() {
		fmt.Println("warning:", w.Reason)
	}
	// Output:
	// functions were replaced by polynomials: 2
	// at least 192 bits of security: true
	// the error is measured on output "logits"
	// a server with 1 GiB has room for two clients: true
	// warning: low agreement
}

// What is known of the calibration samples says what an error matters. The outputs of this model are off by 0.056 themselves: lines in
// place of its functions would make that 0.066, and one quadratic makes it no more than it was.
func ExampleOptions_values() {
	calibration, err := os.ReadFile("testdata/tabular/test.npy")
	check(err)
	values, err := os.ReadFile("testdata/tabular/test_targets.npy")
	check(err)
	options := hecc.Options{Calibration: digits(calibration)}
	plan, err := hecc.CompileFile(context.Background(), "models/tabular/regressor.onnx", options)
	check(err)
	fmt.Println("without values: polynomials of degree", plan.Summary().Degrees)

	options.Values = digits(values)
	plan, err = hecc.CompileFile(context.Background(), "models/tabular/regressor.onnx", options)
	check(err)
	s := plan.Summary()
	fmt.Println("with values: polynomials of degree", s.Degrees)
	fmt.Printf("of held-out samples the model is off by %.2f, the plan by %.2f\n", s.ExactLoss, s.Loss)
	// Output:
	// without values: polynomials of degree [1 1]
	// with values: polynomials of degree [1 2]
	// of held-out samples the model is off by 0.06, the plan by 0.05
}

// A model that cannot be compiled is refused with the node, the reason, and what to change.
func ExampleCompile_refused() {
	relu := bytes.NewReader(models.Relu)
	_, err := hecc.Compile(context.Background(), relu, hecc.Options{Name: "relu.onnx"}) // without any sample, the range of values is unknown
	var mistake *hecc.Error
	if errors.As(err, &mistake) {
		fmt.Println(mistake)
	}
	// Output:
	// relu.onnx: node 1 "/layers/layers.1/Relu" (Relu): cannot fit a polynomial to relu: the range of its input is unknown
	//   note: give --calibrate samples.npy, 500 or more inputs like those to come; or --input-range lo:hi, which all of them keep
}

// Keys of another key set are told apart from damaged ones.
func Example_errors() {
	ctx := context.Background()
	plan, err := hecc.Compile(ctx, bytes.NewReader(models.Square), hecc.Options{Calibration: digits(models.DemoCalibration)})
	check(err)
	var serverFile, clientFile, keysFile, requestFile bytes.Buffer
	check(plan.WritePlan(&serverFile))
	check(plan.WriteClient(&clientFile))
	model, err := server.Load(ctx, &serverFile, server.Options{})
	check(err)
	c, err := client.Open(&clientFile)
	check(err)
	alice, err := c.NewKeys()
	check(err)
	bob, err := c.NewKeys()
	check(err)
	check(alice.WriteEvaluation(&keysFile))
	session, err := model.Open(ctx, &keysFile)
	check(err)
	request, err := bob.Encrypt(digits(models.DemoDigits)[:1])
	check(err)
	_, err = request.WriteTo(&requestFile)
	check(err)
	sent, err := model.ReadRequest(&requestFile)
	check(err)
	_, err = session.Run(ctx, sent)
	var foreign *server.ForeignError
	fmt.Println("of another key set:", errors.As(err, &foreign))

	_, err = model.Open(ctx, bytes.NewReader(make([]byte, 1<<20)))
	var damaged *server.FileError
	fmt.Println("no keys at all:", errors.As(err, &damaged))

	bright := make([]float64, 784)
	bright[0] = 255 // pixels are from 0 to 1
	_, err = alice.Encrypt([][]float64{bright})
	var outside *client.RangeError
	fmt.Println("out of range:", errors.As(err, &outside) && outside.Element == 0)
	// Output:
	// of another key set: true
	// no keys at all: true
	// out of range: true
}

// digits reads an array whose rows are samples.
func digits(file []byte) [][]float64 {
	samples, err := datafile.DecodeNpy(file)
	check(err)
	return samples
}

func largest(v []float64) int {
	best := 0
	for i, x := range v {
		if x > v[best] {
			best = i
		}
	}
	return best
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
