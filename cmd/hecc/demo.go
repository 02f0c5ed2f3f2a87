package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"hecc/backend/lattigo/crypt"
	"hecc/backend/lattigo/eval"
	"hecc/frontend/onnx"
	"hecc/ir/tensor"
	"hecc/models"
	"hecc/passes"
	"hecc/runtime/datafile"
)

func newDemo() *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "Classify encrypted digits with shipped models",
		Long: `Compile trained MNIST networks that come with hecc, a dense and a convolutional one, make
keys, encrypt digits that they were not trained on, classify them without decrypting,
decrypt the answers, and compare them with the exact models.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runDemo(cmd.Context()) },
	}
}

const demoDigits = 10

func runDemo(ctx context.Context) error {
	digits, err := datafile.DecodeNpy(models.DemoDigits)
	if err != nil {
		return err
	}
	digits = digits[:demoDigits]
	r, answers, err := demoNetwork(ctx, "compile  784-128-10 network", "square.onnx", models.Square, digits)
	if err != nil {
		return err
	}
	if err := drawAnswers(digits, answers); err != nil {
		return err
	}
	if err := compareAnswers(r, digits, answers); err != nil {
		return err
	}
	fmt.Println()
	if r, answers, err = demoNetwork(ctx, "compile  convolutional network", "lola.onnx", models.Lola, digits); err != nil {
		return err
	}
	fmt.Println()
	return compareAnswers(r, digits, answers)
}

// demoNetwork compiles a network and runs it on ciphertexts of digits; it gives the answers.
func demoNetwork(ctx context.Context, title, file string, network []byte, digits [][]float64) (*passes.Result, [][]float64, error) {
	step := startStep(title)
	r, err := demoPlan(ctx, file, network)
	if err != nil {
		return nil, nil, err
	}
	i := &r.Plan.Interface
	step("N=2^%d, %d bits, %d rotation keys", i.Params.LogN, i.Params.Security(), len(i.Keys.Rotations))

	step = startStep("keys     client")
	secret, err := crypt.GenerateSecretKey(i)
	if err != nil {
		return nil, nil, err
	}
	keys, err := secret.EvaluationKeys()
	if err != nil {
		return nil, nil, err
	}
	step("evaluation keys %s", bytesText(len(keys.Encode(i))))

	step = startStep("encrypt  client")
	runs, err := packSamples(i, &datafile.Samples{Path: "demo", Rows: digits}, false)
	if err != nil {
		return nil, nil, err
	}
	request, err := secret.Encryptor().Encrypt(runs)
	if err != nil {
		return nil, nil, err
	}
	step("%d digits, %s", len(digits), bytesText(len(request.Encode(i))))

	step = startStep("load     server")
	model, err := eval.Load(ctx, r.Plan)
	if err != nil {
		return nil, nil, err
	}
	session, err := model.Open(ctx, keys)
	if err != nil {
		return nil, nil, err
	}
	step("plan encoded")

	start := time.Now()
	step = startStep("run      server, on ciphertexts")
	response, err := session.Run(ctx, request, nil)
	if err != nil {
		return nil, nil, err
	}
	step("%.1f ms a digit", ms(time.Since(start))/float64(len(digits)))

	step = startStep("decrypt  client")
	decrypted, err := secret.Decryptor().Decrypt(response)
	if err != nil {
		return nil, nil, err
	}
	results, err := unpackSamples(i, decrypted)
	if err != nil {
		return nil, nil, err
	}
	step("%d answers", len(results))
	return r, primaries(results), nil
}

// demoPlan compiles a network for digits.
func demoPlan(ctx context.Context, file string, network []byte) (*passes.Result, error) {
	calibration, err := datafile.DecodeNpy(models.DemoCalibration)
	if err != nil {
		return nil, err
	}
	g, err := onnx.Import(file, network)
	if err != nil {
		return nil, err
	}
	return passes.Compile(ctx, g, passes.Options{Calibration: calibration})
}

// startStep prints what begins, and returns a function that prints how it ended.
func startStep(what string) func(format string, args ...any) {
	start := time.Now()
	fmt.Printf("%-30s", what)
	return func(format string, args ...any) {
		fmt.Printf("%6.0f ms   %s\n", ms(time.Since(start)), fmt.Sprintf(format, args...))
	}
}

// drawAnswers shows each digit with its encrypted answer, five in a row.
func drawAnswers(digits, answers [][]float64) error {
	labels, err := datafile.DecodeNpy(models.DemoLabels)
	if err != nil {
		return err
	}
	var captions []string
	for s, y := range answers {
		captions = append(captions, fmt.Sprintf("is %d, answer %d", int(labels[s][0]), tensor.Largest(y)))
	}
	const perRow = 5
	for s := 0; s < len(digits); s += perRow {
		end := min(s+perRow, len(digits))
		fmt.Fprint(os.Stdout, "\n", drawRow(digits[s:end], captions[s:end]))
	}
	fmt.Println()
	return nil
}

// compareAnswers says how the encrypted answers compare with the exact model's, and with the truth.
func compareAnswers(r *passes.Result, digits, answers [][]float64) error {
	labels, err := datafile.DecodeNpy(models.DemoLabels)
	if err != nil {
		return err
	}
	exact := tensor.NewEvaluator(r.Plan.Imported)
	right, same, worst := 0, 0, 0.0
	for s, y := range answers {
		v, err := exact.Run(digits[s])
		if err != nil {
			return err
		}
		e, clear := 0.0, v.Of(r.Plan.Imported.Primary().Node)
		for k, want := range clear {
			e = max(e, y[k]-want, want-y[k])
		}
		same += equal(tensor.Largest(y), tensor.Largest(clear))
		worst = max(worst, e)
		right += equal(tensor.Largest(y), int(labels[s][0]))
	}
	return printText(fmt.Sprintf("%d of %d as in clear, %d right; a logit is off by %.1e, predicted %.1e\n",
		same, len(digits), right, worst, r.Plan.Interface.PredictedError))
}

// drawRow draws 28x28 digits side by side with half blocks, two pixels to a character.
func drawRow(digits [][]float64, captions []string) string {
	const side, cols = 28, 14
	shades := []rune(" ░▒▓█")
	var b strings.Builder
	for y := 0; y < side; y += 2 {
		var row strings.Builder
		for _, d := range digits {
			for x := range cols {
				mean := (d[y*side+2*x] + d[y*side+2*x+1] + d[(y+1)*side+2*x] + d[(y+1)*side+2*x+1]) / 4
				row.WriteRune(shades[min(int(mean*float64(len(shades))), len(shades)-1)])
			}
			row.WriteString(strings.Repeat(" ", captionWidth-cols))
		}
		if line := strings.TrimRight(row.String(), " "); line != "" {
			b.WriteString(line + "\n")
		}
	}
	for _, c := range captions {
		fmt.Fprintf(&b, "%-*s", captionWidth, c)
	}
	return strings.TrimRight(b.String(), " ") + "\n"
}

const captionWidth = 16 // five fit 80 columns
