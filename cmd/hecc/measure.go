package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"hecc/backend/lattigo/crypt"
	"hecc/backend/lattigo/eval"
	"hecc/internal/progress"
	"hecc/ir/plan"
	"hecc/passes/planning"
	"hecc/runtime/codec"
	"hecc/runtime/datafile"
	"hecc/runtime/wire"
)

// measurement is what verify reports. Times are in milliseconds, errors absolute.
type measurement struct {
	Schema          string   `json:"schema"`
	Model           string   `json:"model"`                   // the model's file
	Samples         int      `json:"samples"`                 // that were compared
	Simulated       bool     `json:"simulated"`               // evaluated in clear with modelled noise, not encrypted
	Outside         int      `json:"outside_samples"`         // outside the plan's range: their errors are counted separately
	MaxErrorOutside *float64 `json:"max_abs_error_outside"`   // of samples outside the range, of which nothing is promised; null: there are none
	Lost            []int    `json:"lost_samples,omitempty"`  // with a result that is not finite: they count in no error
	MaxAbsError     *float64 `json:"max_abs_error"`           // null in bench: random inputs are unlike those that errors are predicted for; null too if all samples are outside
	MeanAbsError    *float64 `json:"mean_abs_error"`          // of samples inside the range
	MaxErrorExpect  *float64 `json:"max_abs_error_expect"`    // from the outputs of --expect; null: none were given
	ArgmaxAgreement *float64 `json:"argmax_agreement"`        // of the samples inside the range; null: the model has one output, or nothing was compared
	AccuracyClear   *float64 `json:"accuracy_clear"`          // of the exact model, with --labels
	AccuracyEncrypt *float64 `json:"accuracy_encrypted"`      // of the answers
	AUCClear        *float64 `json:"auc_clear,omitempty"`     // of a single score, with labels 0 and 1
	AUCEncrypt      *float64 `json:"auc_encrypted,omitempty"` // of the answers
	PredictedError  float64  `json:"predicted_error"`         // largest that is expected
	ErrorOf         string   `json:"error_of"`                // what the errors are measured on
	PredictedAgree  *float64 `json:"predicted_agreement"`     // null: not known
	Latency         *spread  `json:"latency_ms"`              // the server's time for a run
	Amortised       *float64 `json:"amortised_ms"`            // of the server, for each sample
	Compile         float64  `json:"compile_ms"`              // 0: it was read from a file
	Load            float64  `json:"load_ms"`                 // reading and encoding the plan, opening keys
	Keygen          float64  `json:"keygen_ms"`               // all keys
	Encrypt         float64  `json:"encrypt_ms"`              // for each sample
	Decrypt         float64  `json:"decrypt_ms"`              // for each sample
	EvalKeyBytes    int      `json:"eval_key_bytes"`          // the client's file of evaluation keys
	InputBytes      int      `json:"input_ciphertext_bytes"`  // a request of one sample
	OutputBytes     int      `json:"output_ciphertext_bytes"` // the answer to it
	PlanBytes       int      `json:"plan_bytes"`              // the plan file
	ModelBytes      int64    `json:"model_bytes"`             // of the server's memory, for all clients; 0: nothing was encrypted
	SessionBytes    int64    `json:"session_bytes"`           // of the server's memory, for one client
	RunBytes        int64    `json:"run_bytes"`               // of the server's memory, for each run at the same time
	PeakRSS         int64    `json:"peak_rss_bytes"`          // of the whole process; 0: not measured
	LogN            int      `json:"log_n"`                   // log2 of the ring degree N
	LogQP           float64  `json:"log_qp"`                  // the product of all moduli
	SecurityBits    int      `json:"security_bits"`           // by the 2024 guidelines
	Levels          int      `json:"levels"`                  // rescales that a fresh ciphertext has left
	Rotations       int      `json:"rotations"`               // of a run
	KeySwitches     int      `json:"key_switches"`            // of a run: rotations and relinearisations
	PlainMults      int      `json:"plain_mults"`             // of a run: products with plaintexts
	Bootstraps      int      `json:"bootstraps"`              // always 0
	Batch           int      `json:"batch"`                   // samples side by side in a ciphertext
	Threads         int      `json:"threads"`                 // of the server

	Ranges []layerRange `json:"ranges"` // of verify

	memory   byteSize // for a client; 0: the least
	decision string   // what ArgmaxAgreement is about
}

// spread is the distribution of the server's time for one sample.
type spread struct {
	Min    float64 `json:"min"`    // the fastest run
	Median float64 `json:"median"` // half of the runs are faster
	Max    float64 `json:"max"`    // the slowest run
}

// newMeasurement fills in what the plan says.
func newMeasurement(p *plan.Plan, compile time.Duration, threads int) *measurement {
	i := &p.Interface
	n := p.Circuit.Count()
	return &measurement{
		Schema: verifySchema, Model: i.Model,
		PredictedAgree: knownAgreement(p),
		PredictedError: i.PredictedError,
		ErrorOf:        i.ErrorOf(),
		Compile:        ms(compile),
		EvalKeyBytes:   wire.EvaluationKeysSize(i),
		InputBytes:     wire.RequestSize(i, 1, true),
		OutputBytes:    wire.ResponseSize(i, 1),
		PlanBytes:      len(p.Encode()),
		LogN:           i.Params.LogN,
		LogQP:          i.Params.LogQP(),
		SecurityBits:   i.Params.Security(),
		Levels:         i.Params.MaxLevel(),
		Rotations:      n.Rotations,
		KeySwitches:    n.KeySwitches,
		PlainMults:     n.PlainMults,
		Batch:          i.Lanes,
		Threads:        threads,
	}
}

// knownAgreement is the predicted agreement of the argmax, or nil where it is not known or there is nothing
// to choose from.
func knownAgreement(p *plan.Plan) *float64 {
	if p.Fit.Agreement == 0 || p.Imported.Primary().Node.Size() < 2 {
		return nil
	}
	return &p.Fit.Agreement
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// computer computes the samples of a request.
type computer func(context.Context, *eval.Session, *wire.Request) (*wire.Response, error)

// bothSides is a client with its key and a request, and a server with the plan and the client's keys.
type bothSides struct {
	secret  *crypt.SecretKey
	session *eval.Session
	request *wire.Request
	runs    []codec.Run // what the request encrypts
}

// prepare makes keys, loads the plan and encrypts every sample.
func (m *measurement) prepare(ctx context.Context, p *plan.Plan, samples *datafile.Samples) (b bothSides, err error) {
	i := &p.Interface
	m.Samples = len(samples.Rows)
	if b.runs, err = packSamples(i, samples, true); err != nil {
		return b, err
	}
	if _, _, err := checkMemory(p, int64(m.EvalKeyBytes)); err != nil { // before keys are made
		return b, err
	}
	start := time.Now()
	if b.secret, err = crypt.GenerateSecretKey(i); err != nil {
		return b, err
	}
	keys, err := b.secret.EvaluationKeys()
	if err != nil {
		return b, err
	}
	m.Keygen = ms(time.Since(start))

	start = time.Now()
	model, err := loadModel(ctx, p, m.Threads, m.memory)
	if err != nil {
		return b, err
	}
	if b.session, err = model.Open(ctx, keys); err != nil {
		return b, err
	}
	m.ModelBytes, m.RunBytes, m.SessionBytes = model.Bytes(), model.RunBytes(), b.session.Bytes()
	m.Load += ms(time.Since(start))
	start = time.Now()
	b.request, err = b.secret.Encryptor().Encrypt(b.runs)
	m.Encrypt = ms(time.Since(start)) / float64(m.Samples)
	return b, err
}

// runAll makes keys, and encrypts, serves and decrypts every sample.
func (m *measurement) runAll(ctx context.Context, p *plan.Plan, samples *datafile.Samples, serve computer) ([]*codec.Result, error) {
	b, err := m.prepare(ctx, p, samples)
	if err != nil {
		return nil, err
	}
	response, err := serve(ctx, b.session, b.request)
	if err != nil {
		return nil, err
	}
	start := time.Now()
	decrypted, err := b.secret.Decryptor().Decrypt(response)
	if err != nil {
		return nil, err
	}
	results, err := unpackSamples(&p.Interface, decrypted)
	m.Decrypt = ms(time.Since(start)) / float64(m.Samples)
	m.PeakRSS = peakRSS()
	return results, err
}

// serve runs everything in the request and takes the time of each run.
func (m *measurement) serve(ctx context.Context, session *eval.Session, request *wire.Request) (*wire.Response, error) {
	took := make([]float64, len(request.Runs))
	start := time.Now()
	out, err := runShown(ctx, session, request, func(run int, d time.Duration) { took[run] = ms(d) })
	if err != nil {
		return nil, err
	}
	m.setTimes(took, time.Since(start), m.Samples)
	return out, nil
}

// setTimes reports the time of each run, and of all by sample.
func (m *measurement) setTimes(took []float64, all time.Duration, samples int) {
	amortised := ms(all) / float64(samples)
	m.Amortised = &amortised
	slices.Sort(took)
	m.Latency = &spread{took[0], took[len(took)/2], took[len(took)-1]}
}

// simulateAll evaluates the planned circuit in clear, with modelled noise.
func simulateAll(ctx context.Context, p *plan.Plan, samples *datafile.Samples) ([]*codec.Result, error) {
	c, err := codec.NewCodec(&p.Interface)
	if err != nil {
		return nil, err
	}
	if err := checkSamples(c, samples, true); err != nil {
		return nil, err
	}
	sim := planning.NewSimulator(p.Circuit, 1)
	var results []*codec.Result
	b := newBar()
	defer b.close()
	meter := progress.New(b.tell())
	meter.Part("simulate", 1)
	for s, x := range samples.Rows {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		meter.Step(float64(s)/float64(len(samples.Rows)), "")
		encoded, err := c.Encode(x)
		if err != nil {
			return nil, err
		}
		y, err := sim.Run(encoded)
		if err != nil {
			return nil, err
		}
		r, err := c.Finish(y)
		if err != nil {
			return nil, err
		}
		results = append(results, r)
	}
	return results, nil
}

// how says whether the samples were encrypted.
func (m *measurement) how() string {
	if m.Simulated {
		return "simulated"
	}
	return "encrypted"
}

// ofInside says which samples decisions were counted of, if not of all.
func (m *measurement) ofInside() string {
	if m.Outside == 0 {
		return ""
	}
	return fmt.Sprintf(", of the %d samples inside the plan's range", m.Samples-m.Outside)
}

// text is the report for people.
func (m *measurement) text(width int) string {
	b := &screen{width: width, names: 10}
	line := b.line
	line("samples", "%d %s", m.Samples, m.how())
	if m.MaxAbsError != nil {
		line("error", "measured %.2e   predicted %.2e   mean %.2e, of %s", *m.MaxAbsError, m.PredictedError, *m.MeanAbsError, m.ErrorOf)
	}
	if m.MaxErrorOutside != nil {
		line("error", "of %d samples outside the plan's range, of which nothing is promised: %.2e", m.Outside, *m.MaxErrorOutside)
	}
	if len(m.Lost) > 0 {
		line("error", "%d of %d samples came back as no number, and count in no error: %s", len(m.Lost), m.Samples, listText(m.Lost))
		line("error", "they leave the intervals of the polynomials far behind; calibrate with more data like these")
	}
	if m.MaxErrorExpect != nil {
		line("error", "against the expected outputs %.2e", *m.MaxErrorExpect)
	}
	if m.ArgmaxAgreement != nil {
		promised := ""
		if m.PredictedAgree != nil {
			promised = fmt.Sprintf("   predicted at least %.2f %%", 100**m.PredictedAgree)
		}
		line(m.decision, "%.2f %% as in clear%s%s", 100**m.ArgmaxAgreement, promised, m.ofInside())
	}
	if m.AccuracyClear != nil {
		line("accuracy", "%.2f %% %s, %.2f %% in clear%s", 100**m.AccuracyEncrypt, m.how(), 100**m.AccuracyClear, m.ofInside())
	}
	if m.AUCClear != nil {
		line("auc", "%.4f %s, %.4f in clear%s", *m.AUCEncrypt, m.how(), *m.AUCClear, m.ofInside())
	}
	if m.Latency != nil {
		line("server", "%.1f ms for a run of %d (%.1f to %.1f)   %.2f ms a sample", m.Latency.Median, m.Batch, m.Latency.Min, m.Latency.Max, *m.Amortised)
		line("client", "keys %.0f ms   encrypt %.1f ms   decrypt %.1f ms", m.Keygen, m.Encrypt, m.Decrypt)
	}
	for _, r := range m.Ranges {
		line("ranges", "%s", r.text())
	}
	line("sizes", "keys %s   input %s   output %s", bytesText(m.EvalKeyBytes), bytesText(m.InputBytes), bytesText(m.OutputBytes))
	line("security", "%d bits   logN %d   logQP %.0f   %d levels", m.SecurityBits, m.LogN, m.LogQP, m.Levels)
	return b.String()
}
