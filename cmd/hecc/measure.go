package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"hecc/backend/lattigo/client"
	"hecc/backend/lattigo/eval"
	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/passes/planning"
	codec "hecc/runtime/client"
	"hecc/runtime/wire"
)

// measurement is what verify reports. Times are in milliseconds, errors absolute.
type measurement struct {
	Samples         int      `json:"samples"`
	MaxAbsError     float64  `json:"max_abs_error"`
	MeanAbsError    float64  `json:"mean_abs_error"`
	MaxErrorExpect  *float64 `json:"max_abs_error_expect"`
	ArgmaxAgreement float64  `json:"argmax_agreement"`
	AccuracyClear   *float64 `json:"accuracy_clear"`
	AccuracyEncrypt *float64 `json:"accuracy_encrypted"`
	PredictedError  float64  `json:"predicted_error"`
	PredictedAgree  *float64 `json:"predicted_agreement"` // null: not known
	Latency         *spread  `json:"latency_ms"`
	Amortised       *float64 `json:"amortised_ms"`
	Compile         float64  `json:"compile_ms"`
	Load            float64  `json:"load_ms"`
	Keygen          float64  `json:"keygen_ms"`
	Encrypt         float64  `json:"encrypt_ms"`
	Decrypt         float64  `json:"decrypt_ms"`
	EvalKeyBytes    int      `json:"eval_key_bytes"`
	InputBytes      int      `json:"input_ciphertext_bytes"`
	OutputBytes     int      `json:"output_ciphertext_bytes"`
	PlanBytes       int      `json:"plan_bytes"`
	PeakRSS         int64    `json:"peak_rss_bytes"`
	LogN            int      `json:"log_n"`
	LogQP           float64  `json:"log_qp"`
	SecurityBits    int      `json:"security_bits"`
	Levels          int      `json:"levels"`
	Rotations       int      `json:"rotations"`
	KeySwitches     int      `json:"key_switches"`
	PlainMults      int      `json:"plain_mults"`
	Bootstraps      int      `json:"bootstraps"`
	Batch           int      `json:"batch"`
	Threads         int      `json:"threads"`

	Ranges []layerRange `json:"ranges"` // of verify
}

// spread is the distribution of the server's time for one sample.
type spread struct {
	Min    float64 `json:"min"`
	Median float64 `json:"median"`
	Max    float64 `json:"max"`
}

// newMeasurement fills in what the plan says.
func newMeasurement(p *plan.Plan, compile time.Duration, threads int) *measurement {
	i := &p.Interface
	n := p.Circuit.Count()
	return &measurement{
		PredictedAgree: knownAgreement(p),
		PredictedError: i.PredictedError,
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

// knownAgreement is the predicted agreement, or nil where it is not known.
func knownAgreement(p *plan.Plan) *float64 {
	if p.Fit.Agreement == 0 {
		return nil
	}
	return &p.Fit.Agreement
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// server computes the samples of a request.
type server func(*eval.Session, *wire.Request) (*wire.Response, error)

// runAll makes keys, and encrypts, serves and decrypts every sample.
func (m *measurement) runAll(p *plan.Plan, samples *samples, serve server) ([]*codec.Result, error) {
	i := &p.Interface
	m.Samples = len(samples.rows)
	runs, err := packSamples(i, samples, true)
	if err != nil {
		return nil, err
	}
	start := time.Now()
	secret, err := client.GenerateSecretKey(i)
	if err != nil {
		return nil, err
	}
	keys, err := secret.EvaluationKeys()
	if err != nil {
		return nil, err
	}
	m.Keygen = ms(time.Since(start))

	start = time.Now()
	session, err := eval.Open(p, keys, eval.Threads(m.Threads))
	if err != nil {
		return nil, err
	}
	m.Load += ms(time.Since(start))
	start = time.Now()
	request, err := secret.Encryptor().Encrypt(runs)
	if err != nil {
		return nil, err
	}
	m.Encrypt = ms(time.Since(start)) / float64(m.Samples)

	response, err := serve(session, request)
	if err != nil {
		return nil, err
	}
	start = time.Now()
	decrypted, err := secret.Decryptor().Decrypt(response)
	if err != nil {
		return nil, err
	}
	results, err := unpackSamples(i, decrypted)
	m.Decrypt = ms(time.Since(start)) / float64(m.Samples)
	m.PeakRSS = peakRSS()
	return results, err
}

// serve runs everything in the request and takes the time of each run.
func (m *measurement) serve(session *eval.Session, request *wire.Request) (*wire.Response, error) {
	took := make([]float64, len(request.Runs))
	start := time.Now()
	out, err := session.Run(context.Background(), request, func(run int, d time.Duration) { took[run] = ms(d) })
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
func simulateAll(p *plan.Plan, samples *samples) ([]*codec.Result, error) {
	c, err := codec.NewCodec(&p.Interface)
	if err != nil {
		return nil, err
	}
	if err := checkSamples(c, samples, true); err != nil {
		return nil, err
	}
	sim := planning.NewSimulator(p.Circuit, 1)
	var results []*codec.Result
	for _, x := range samples.rows {
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

// compare holds results against the exact model, the labels and the expected outputs.
func (m *measurement) compare(p *plan.Plan, d dataset, results []*codec.Result) error {
	exact := tensor.NewEvaluator(p.Imported)
	primary := p.Imported.Primary().Node
	m.Samples = len(results)
	same, rightClear, rightEncrypted, expect, sum, count := 0, 0, 0, 0.0, 0.0, 0
	for s, r := range results {
		y := r.Primary
		v, err := exact.Run(d.samples.rows[s])
		if err != nil {
			return err
		}
		want := v.Of(primary)
		for i := range want {
			e := math.Abs(y[i] - want[i])
			if math.IsNaN(e) {
				return fmt.Errorf("sample %d: output %d is %v, the exact model gives %v", s, i, y[i], want[i])
			}
			m.MaxAbsError = max(m.MaxAbsError, e)
			sum += e
			count++
		}
		if d.expect != nil {
			for i, e := range d.expect[s] {
				expect = max(expect, math.Abs(y[i]-e))
			}
		}
		a, b := tensor.Largest(want), tensor.Largest(y)
		same += equal(a, b)
		if d.labels != nil {
			rightClear += equal(d.by.class(v.Of(d.by.node)), d.labels[s])
			rightEncrypted += equal(d.by.class(d.by.value(r)), d.labels[s])
		}
	}
	n := float64(len(results))
	m.MeanAbsError = sum / float64(count)
	m.ArgmaxAgreement = float64(same) / n
	if d.labels != nil {
		clear, encrypted := float64(rightClear)/n, float64(rightEncrypted)/n
		m.AccuracyClear, m.AccuracyEncrypt = &clear, &encrypted
	}
	if d.expect != nil {
		m.MaxErrorExpect = &expect
	}
	return nil
}

func equal[T comparable](a, b T) int {
	if a == b {
		return 1
	}
	return 0
}

// text is the report for people.
func (m *measurement) text() string {
	var b strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, " %-10s "+format+"\n", append([]any{name}, args...)...)
	}
	line("samples", "%d", m.Samples)
	line("error", "measured %.2e   predicted %.2e   mean %.2e", m.MaxAbsError, m.PredictedError, m.MeanAbsError)
	if m.MaxErrorExpect != nil {
		line("", "against the expected outputs %.2e", *m.MaxErrorExpect)
	}
	promised := ""
	if m.PredictedAgree != nil {
		promised = fmt.Sprintf("   predicted %.2f %%", 100**m.PredictedAgree)
	}
	line("argmax", "%.2f %% as in clear%s", 100*m.ArgmaxAgreement, promised)
	if m.AccuracyClear != nil {
		line("accuracy", "%.2f %% encrypted, %.2f %% in clear", 100**m.AccuracyEncrypt, 100**m.AccuracyClear)
	}
	if m.Latency != nil {
		line("server", "%.1f ms for a run of %d (%.1f to %.1f)   %.2f ms a sample", m.Latency.Median, m.Batch, m.Latency.Min, m.Latency.Max, *m.Amortised)
		line("client", "keys %.0f ms   encrypt %.1f ms   decrypt %.1f ms", m.Keygen, m.Encrypt, m.Decrypt)
	}
	b.WriteString(rangeText(m.Ranges))
	line("sizes", "keys %s   input %s   output %s", bytesText(m.EvalKeyBytes), bytesText(m.InputBytes), bytesText(m.OutputBytes))
	line("security", "%d bits   logN %d   logQP %.0f   %d levels", m.SecurityBits, m.LogN, m.LogQP, m.Levels)
	return b.String()
}
