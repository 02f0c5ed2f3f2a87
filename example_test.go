package hecc_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/sbinet/npyio"

	"hecc/backend/lattigo/crypt"
	"hecc/backend/lattigo/eval"
	"hecc/frontend/onnx"
	"hecc/ir/diag"
	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/models"
	"hecc/passes"
	"hecc/runtime/codec"
	"hecc/runtime/wire"
)

// A trained network classifies digits that it cannot see. The two sides share files only: the client
// has the client file, the server the plan and the evaluation keys.
func Example() {
	// Whoever has the model compiles it, once. A file is read with onnx.Load.
	model, err := onnx.Import("square.onnx", models.Square)
	check(err)
	compiled, err := passes.Compile(context.Background(), model, passes.Options{Calibration: digits(models.DemoCalibration)})
	check(err)
	serverFile := compiled.Plan.Encode()
	clientFile := compiled.Plan.Interface.Encode()

	// The client makes keys and encrypts samples.
	iface, err := plan.DecodeInterface(clientFile)
	check(err)
	secret, err := crypt.GenerateSecretKey(iface)
	check(err)
	keys, err := secret.EvaluationKeys()
	check(err)
	pack, err := codec.NewCodec(iface)
	check(err)
	samples := digits(models.DemoDigits)[:2]
	for _, x := range samples {
		check(pack.Check(x)) // is it in the range that the plan was made for?
	}
	runs, err := pack.Runs(samples)
	check(err)
	request, err := secret.Encryptor().Encrypt(runs)
	check(err)
	keysFile, requestFile := keys.Encode(iface), request.Encode(iface)

	// The server runs the plan on ciphertexts. Every decoder treats its bytes as hostile.
	served, err := plan.Decode(serverFile)
	check(err)
	server, err := eval.Load(context.Background(), served) // once for all clients
	check(err)
	session, err := server.OpenStream(context.Background(), bytes.NewReader(keysFile))
	check(err)
	inputs, err := wire.DecodeRequest(requestFile, &served.Interface)
	check(err)
	outputs, err := session.Run(context.Background(), inputs, nil)
	check(err)
	responseFile := outputs.Encode(&served.Interface)

	// The client decrypts and reads the model's outputs.
	response, err := wire.DecodeResponse(responseFile, iface)
	check(err)
	decrypted, err := secret.Decryptor().Decrypt(response)
	check(err)
	results, err := pack.Results(decrypted)
	check(err)
	for _, r := range results {
		fmt.Println("digit", largest(r.Primary))
	}
	// Output:
	// digit 3
	// digit 6
}

// The compiler says how large the error will be, and what the keys and ciphertexts cost, before anything is encrypted.
func Example_compile() {
	model, err := onnx.Import("relu.onnx", models.Relu)
	check(err)
	compiled, err := passes.Compile(context.Background(), model, passes.Options{
		Calibration:     digits(models.DemoCalibration),
		TargetAgreement: 0.95, // the share of digits whose class must stay
		Security:        192,
	})
	check(err)
	iface := &compiled.Plan.Interface
	fmt.Println("functions were replaced by polynomials:", compiled.Report.Fit.Degree > 0)
	fmt.Println("target met on held-out samples:", compiled.Report.Fit.Agreement >= 0.95)
	fmt.Println("at least 192 bits of security:", iface.Params.Security() >= 192)
	fmt.Println("a key for each rotation:", len(iface.Keys.Rotations) > 0)
	// Output:
	// functions were replaced by polynomials: true
	// target met on held-out samples: true
	// at least 192 bits of security: true
	// a key for each rotation: true
}

// A model that cannot be compiled is refused with the node, the reason, and what to change.
func Example_refused() {
	model, err := onnx.Import("relu.onnx", models.Relu)
	check(err)
	_, err = passes.Compile(context.Background(), model, passes.Options{}) // without any sample, the range of values is unknown
	var d *diag.Error
	if errors.As(err, &d) {
		fmt.Println(d)
	}
	// Output:
	// relu.onnx: node 1 "/layers/layers.1/Relu" (Relu): cannot fit a polynomial to relu: the range of its input is unknown
	//   note: give --calibrate samples.npy, or --input-range lo:hi
}

// A plan holds the exact model, so that results can be compared with it.
func Example_exactModel() {
	model, err := onnx.Import("square.onnx", models.Square)
	check(err)
	compiled, err := passes.Compile(context.Background(), model, passes.Options{Calibration: digits(models.DemoCalibration)})
	check(err)
	p, err := plan.Decode(compiled.Plan.Encode())
	check(err)
	values, err := tensor.NewEvaluator(p.Imported).Run(digits(models.DemoDigits)[0])
	check(err)
	fmt.Println("digit", largest(values.Of(p.Imported.Primary().Node)))
	// Output:
	// digit 3
}

// digits reads an array whose rows are samples.
func digits(file []byte) [][]float64 {
	r, err := npyio.NewReader(bytes.NewReader(file))
	check(err)
	var pixels []float32
	check(r.Read(&pixels))
	samples := make([][]float64, r.Header.Descr.Shape[0])
	size := len(pixels) / len(samples)
	for s := range samples {
		for _, x := range pixels[s*size : (s+1)*size] {
			samples[s] = append(samples[s], float64(x))
		}
	}
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
