package hecc_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"hecc/frontend/onnx"
	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/passes"
)

// cnn is a shipped convolutional network, compiled as its users do.
type cnn struct {
	model, data string // data: the prefix of its arrays in testdata
	options     passes.Options
	unseen      float64 // least share of 1,000 unseen samples that keep their argmax, simulated; 0: there is nothing to choose from
	slow        bool    // it takes more than a few seconds to compile, or to run
}

var cnns = []cnn{
	{model: "mnist/lola", data: "mnist/", unseen: 0.99},
	{model: "mnist/lenet_square", data: "mnist/", unseen: 0.99, slow: true},
	{model: "mnist/lenet", data: "mnist/", options: passes.Options{TargetAgreement: 0.98}, unseen: 0.98, slow: true},
	{model: "mnist/lenet_square", data: "mnist/", options: passes.Options{TargetAgreement: 0.98}, unseen: 0.98, slow: true},
	{model: "mnist/lenet_tanh", data: "mnist/", options: passes.Options{TargetAgreement: 0.98}, unseen: 0.98, slow: true},
	{model: "vibration/bearing", data: "vibration/bearing_", unseen: 0.98, slow: true},
	{model: "vibration/conv_autoencoder", data: "vibration/conv_autoencoder_", slow: true},
}

// array reads one of a network's arrays.
func (m cnn) array(name string) [][]float64 {
	file, err := os.ReadFile(filepath.Join("testdata", m.data+name+".npy"))
	check(err)
	return digits(file)
}

func (m cnn) compile() *plan.Plan {
	g, err := onnx.Load(filepath.Join("models", m.model+".onnx"))
	check(err)
	m.options.Calibration = m.array("calibrate")
	r, err := passes.Compile(context.Background(), g, m.options)
	check(err)
	return r.Plan
}

// cnnFigures are what a run of a network gives.
type cnnFigures struct {
	plan     *plan.Plan
	compiled time.Duration
	took     time.Duration // by the server, for a sample on one thread
	kept     int           // samples that keep their argmax
	samples  int
	worst    float64 // error
}

// measure compiles a network and runs samples on ciphertexts.
func (m cnn) measure(t *testing.T, samples int) cnnFigures {
	t.Helper()
	begin := time.Now()
	f := cnnFigures{plan: m.compile(), samples: samples}
	f.compiled = time.Since(begin)
	x := m.array("test")[:samples]
	var answers [][]float64
	answers, f.took = encrypted(t, f.plan, x)
	exact := tensor.NewEvaluator(f.plan.Imported)
	for s := range x {
		want := run(t, exact, x[s]).Of(f.plan.Imported.Primary().Node)
		f.worst = max(f.worst, distance(answers[s], want))
		if largest(answers[s]) == largest(want) {
			f.kept++
		}
	}
	return f
}

// TestConvolutions holds the promises of convolutional networks against encrypted samples that nobody has seen: 20 of each
// with -full, else a few of the first.
//
//	go test . -run Convolutions -full -v
func TestConvolutions(t *testing.T) {
	for _, m := range cnns {
		t.Run(filepath.Base(m.model), func(t *testing.T) {
			if m.slow && !*full {
				t.Skip("without -full: it takes more than a few seconds to compile")
			}
			samples := 4
			if *full {
				samples = 20
			}
			f := m.measure(t, samples)
			i := &f.plan.Interface
			t.Logf("compiled in %v; N=2^%d, %d levels, %v a sample: error %.3g, predicted %.3g; argmax kept on %d of %d", f.compiled,
				i.Params.LogN, i.Params.MaxLevel(), f.took, f.worst, i.PredictedError, f.kept, f.samples)
			if f.worst > i.PredictedError {
				t.Errorf("error %v, predicted %v", f.worst, i.PredictedError)
			}
			if float64(f.kept) < m.unseen*float64(f.samples)-1 {
				t.Errorf("the argmax is kept on %d of %d samples", f.kept, f.samples)
			}
		})
	}
}
