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
		Short: "Classify encrypted digits with a shipped model",
		Long: `Compile a trained MNIST network that comes with hecc, make keys, encrypt digits that it
was not trained on, classify them without decrypting, decrypt the answers, and compare
them with the exact model.`,
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
	calibration, err := datafile.DecodeNpy(models.DemoCalibration)
	if err != nil {
		return err
	}
	digits = digits[:demoDigits]

	step := startStep("compile  784-128-10 network")
	g, err := onnx.Import("square.onnx", models.Square)
	if err != nil {
		return err
	}
	r, err := passes.Compile(ctx, g, passes.Options{Calibration: calibration})
	if err != nil {
		return err
	}
	i := &r.Plan.Interface
	step("N=2^%d, %d bits, %d rotation keys", i.Params.LogN, i.Params.Security(), len(i.Keys.Rotations))

	step = startStep("keys     client")
	secret, err := crypt.GenerateSecretKey(i)
	if err != nil {
		return err
	}
	keys, err := secret.EvaluationKeys()
	if err != nil {
		return err
	}
	step("evaluation keys %s", bytesText(len(keys.Encode(i))))

	step = startStep("encrypt  client")
	runs, err := packSamples(i, &datafile.Samples{Path: "demo", Rows: digits}, false)
	if err != nil {
		return err
	}
	request, err := secret.Encryptor().Encrypt(runs)
	if err != nil {
		return err
	}
	step("%d digits, %s", len(digits), bytesText(len(request.Encode(i))))

	step = startStep("load     server")
	model, err := eval.Load(ctx, r.Plan)
	if err != nil {
		return err
	}
	session, err := model.Open(ctx, keys)
	if err != nil {
		return err
	}
	step("plan encoded")

	start := time.Now()
	step = startStep("run      server, on ciphertexts")
	response, err := session.Run(ctx, request, nil)
	if err != nil {
		return err
	}
	step("%.1f ms a digit", ms(time.Since(start))/float64(len(digits)))

	step = startStep("decrypt  client")
	decrypted, err := secret.Decryptor().Decrypt(response)
	if err != nil {
		return err
	}
	results, err := unpackSamples(i, decrypted)
	if err != nil {
		return err
	}
	step("%d answers", len(results))
	return printAnswers(r, digits, primaries(results))
}

// startStep prints what begins, and returns a function that prints how it ended.
func startStep(what string) func(format string, args ...any) {
	start := time.Now()
	fmt.Printf("%-30s", what)
	return func(format string, args ...any) {
		fmt.Printf("%6.0f ms   %s\n", ms(time.Since(start)), fmt.Sprintf(format, args...))
	}
}

// printAnswers shows each digit with its encrypted answer, five in a row.
func printAnswers(r *passes.Result, digits, answers [][]float64) error {
	labels, err := datafile.DecodeNpy(models.DemoLabels)
	if err != nil {
		return err
	}
	exact := tensor.NewEvaluator(r.Plan.Imported)
	var captions []string
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
		captions = append(captions, fmt.Sprintf("is %d, answer %d", int(labels[s][0]), tensor.Largest(y)))
	}
	const perRow = 5
	for s := 0; s < len(digits); s += perRow {
		end := min(s+perRow, len(digits))
		fmt.Fprint(os.Stdout, "\n", drawRow(digits[s:end], captions[s:end]))
	}
	return printText(fmt.Sprintf("\n%d of %d as in clear, %d right; a logit is off by %.1e, predicted %.1e\n",
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
