package main

import (
	"context"
	"fmt"
	"io"
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
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Classify encrypted digits with shipped models",
		Long: `Compile trained MNIST networks that come with hecc, a dense and a convolutional
one, make keys, encrypt digits that they were not trained on, classify them without
decrypting, decrypt the answers, and compare them with the exact models.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runDemo(cmd.Context(), asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the figures as JSON (docs/json.md)")
	return cmd
}

const demoDigits = 10

// demoReport is what demo prints.
type demoReport struct {
	Schema   string     `json:"schema"`
	Networks []*demoRun `json:"networks"` // one after the other
}

// demoRun is what became of a network.
type demoRun struct {
	Model          string  `json:"model"`           // the model's file
	LogN           int     `json:"log_n"`           // log2 of the ring degree
	SecurityBits   int     `json:"security_bits"`   // by the 2024 guidelines
	RotationKeys   int     `json:"rotation_keys"`   // keys for rotations
	EvalKeyBytes   int     `json:"eval_key_bytes"`  // the file of evaluation keys
	RequestBytes   int     `json:"request_bytes"`   // all digits, encrypted
	Compile        float64 `json:"compile_ms"`      // the compiler
	Keygen         float64 `json:"keygen_ms"`       // all keys
	Encrypt        float64 `json:"encrypt_ms"`      // of all digits, as what follows
	Load           float64 `json:"load_ms"`         // encoding the plan, opening keys
	Run            float64 `json:"run_ms"`          // on ciphertexts
	Decrypt        float64 `json:"decrypt_ms"`      // the answers
	Digits         int     `json:"digits"`          // that were classified
	Same           int     `json:"same_as_clear"`   // answers that name the digit which the exact model names
	Right          int     `json:"right"`           // answers that name the digit as labelled
	MaxAbsError    float64 `json:"max_abs_error"`   // of the outputs, in their units
	PredictedError float64 `json:"predicted_error"` // of the outputs, in their units

	out io.Writer
}

func runDemo(ctx context.Context, asJSON bool) error {
	digits, err := datafile.DecodeNpy(models.DemoDigits)
	if err != nil {
		return err
	}
	digits = digits[:demoDigits]
	out := io.Writer(&printer{w: os.Stdout})
	if asJSON {
		out = io.Discard
	}
	report := demoReport{Schema: demoSchema}
	for k, network := range []struct {
		title, file string
		model       []byte
	}{{"784-128-10 network", "square.onnx", models.Square}, {"convolutional network", "lola.onnx", models.Lola}} {
		if k > 0 {
			fmt.Fprintln(out)
		}
		d := &demoRun{out: out, Model: network.file, Digits: len(digits)}
		r, answers, err := d.run(ctx, network.title, network.model, digits)
		if err != nil {
			return err
		}
		if k == 0 {
			err = drawAnswers(out, digits, answers)
		} else {
			fmt.Fprintln(out)
		}
		if err == nil {
			err = d.compare(r, digits, answers)
		}
		if err != nil {
			return err
		}
		report.Networks = append(report.Networks, d)
	}
	if asJSON {
		return printJSON(os.Stdout, report)
	}
	return out.(*printer).err
}

// run compiles a network and runs it on ciphertexts of digits; it gives the answers.
func (d *demoRun) run(ctx context.Context, title string, network []byte, digits [][]float64) (*passes.Result, [][]float64, error) {
	step := d.startStep("compile  "+title, &d.Compile)
	r, err := demoPlan(ctx, d.Model, network)
	if err != nil {
		return nil, nil, err
	}
	i := &r.Plan.Interface
	d.LogN, d.SecurityBits, d.RotationKeys, d.PredictedError = i.Params.LogN, i.Params.Security(), len(i.Keys.Rotations), i.PredictedError
	step("N=2^%d, %d bits, %d rotation keys", d.LogN, d.SecurityBits, d.RotationKeys)

	step = d.startStep("keys     client", &d.Keygen)
	secret, err := crypt.GenerateSecretKey(i)
	if err != nil {
		return nil, nil, err
	}
	keys, err := secret.EvaluationKeys()
	if err != nil {
		return nil, nil, err
	}
	d.EvalKeyBytes = len(keys.Encode(i))
	step("evaluation keys %s", bytesText(d.EvalKeyBytes))

	step = d.startStep("encrypt  client", &d.Encrypt)
	runs, err := packSamples(i, &datafile.Samples{Path: "demo", Rows: digits}, false)
	if err != nil {
		return nil, nil, err
	}
	request, err := secret.Encryptor().Encrypt(runs)
	if err != nil {
		return nil, nil, err
	}
	d.RequestBytes = len(request.Encode(i))
	step("%d digits, %s", len(digits), bytesText(d.RequestBytes))

	step = d.startStep("load     server", &d.Load)
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
	step = d.startStep("run      server, on ciphertexts", &d.Run)
	response, err := session.Run(ctx, request, nil)
	if err != nil {
		return nil, nil, err
	}
	step("%.1f ms a digit", ms(time.Since(start))/float64(len(digits)))

	step = d.startStep("decrypt  client", &d.Decrypt)
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
func (d *demoRun) startStep(what string, took *float64) func(format string, args ...any) {
	start := time.Now()
	fmt.Fprintf(d.out, "%-30s", what)
	return func(format string, args ...any) {
		*took = ms(time.Since(start))
		fmt.Fprintf(d.out, "%6.0f ms   %s\n", *took, fmt.Sprintf(format, args...))
	}
}

// drawAnswers shows each digit with its encrypted answer, five in a row.
func drawAnswers(out io.Writer, digits, answers [][]float64) error {
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
		fmt.Fprint(out, "\n", drawRow(digits[s:end], captions[s:end]))
	}
	fmt.Fprintln(out)
	return nil
}

// compare says how the encrypted answers compare with the exact model's, and with the truth.
func (d *demoRun) compare(r *passes.Result, digits, answers [][]float64) error {
	labels, err := datafile.DecodeNpy(models.DemoLabels)
	if err != nil {
		return err
	}
	exact := tensor.NewEvaluator(r.Plan.Imported)
	for s, y := range answers {
		v, err := exact.Run(digits[s])
		if err != nil {
			return err
		}
		clear := v.Of(r.Plan.Imported.Primary().Node)
		for k, want := range clear {
			d.MaxAbsError = max(d.MaxAbsError, y[k]-want, want-y[k])
		}
		d.Same += equal(tensor.Largest(y), tensor.Largest(clear))
		d.Right += equal(tensor.Largest(y), int(labels[s][0]))
	}
	_, err = fmt.Fprintf(d.out, "%d of %d as in clear, %d right; a logit is off by %.1e, predicted %.1e\n",
		d.Same, d.Digits, d.Right, d.MaxAbsError, d.PredictedError)
	return err
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
