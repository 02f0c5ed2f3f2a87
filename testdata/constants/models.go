package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"hecc/frontend/onnx"
	"hecc/internal/graphtest"
	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/passes"
	"hecc/runtime/datafile"
)

// model is a network with what it is compiled for, and samples that the compiler does not see.
type model struct {
	name    string
	graph   *tensor.Graph
	options passes.Options
	unseen  [][]float64
}

// models are those of a set.
func models(set string) []model {
	square := fromFile("mnist/square", "mnist", 300, 40, 0)
	relu := onSamples(3, "relu", 200, passes.Options{}, 30, 16, 4)
	small := []model{
		onSamples(2, "tanh", 50, passes.Options{}, 12, 20, 3),
		onSamples(4, "relu", 100, passes.Options{Batch: 100}, 16, 6, 2),
		onBox(6, "tanh", 10, 8, 3),
	}
	autoencoder := fromFile("vibration/autoencoder", "vibration", 300, 100, 0)
	switch set {
	case "all":
		return append([]model{square, relu}, small...)
	case "small":
		return small
	case "smallest":
		return small[2:]
	case "declared":
		return []model{small[2], onBox(7, "relu", 4, 3, 2)}
	case "autoencoder":
		return []model{autoencoder}
	case "distilled":
		return []model{onSamples(8, "relu", 400, passes.Options{TargetAgreement: 0.9}, 6, 8, 8, 8, 2)}
	case "digits":
		return []model{fromFile("mnist/relu", "mnist", 1000, 100, 0.98)}
	case "decisions":
		one, batch := fromFile("mnist/square", "mnist", 1000, 100, 0.98), fromFile("mnist/square", "mnist", 1000, 100, 0.98)
		batch.name, batch.options.Batch = batch.name+", a batch", 1000
		return []model{one, batch}
	case "deep":
		return []model{fromFile("mnist/deep", "mnist", 1000, 100, 0.98)}
	case "knee":
		return append([]model{relu}, small[0], fromFile("control/policy", "control", 300, 100, 0))
	case "probabilities":
		return []model{fromFile("mnist/pca_sigmoid", "mnist", 300, 40, 0)}
	}
	panic("there is no set " + set)
}

// fromFile is a shipped model on some of its calibration samples: the next ones are unseen.
func fromFile(name, data string, samples, unseen int, agreement float64) model {
	g, err := onnx.Load(filepath.Join("models", name+".onnx"))
	check(err)
	file, err := os.ReadFile(filepath.Join("testdata", data, "calibrate.npy"))
	check(err)
	rows, err := datafile.DecodeNpy(file)
	check(err)
	return model{name, g, passes.Options{Calibration: rows[:samples], TargetAgreement: agreement}, rows[samples:][:unseen]}
}

func onSamples(seed uint64, fn string, samples int, opts passes.Options, widths ...int) model {
	rng := rand.New(rand.NewPCG(seed, 31))
	opts.Calibration = gaussian(rng, samples, widths[0])
	name := fmt.Sprintf("%s %v, %d samples", fn, widths, samples)
	return model{name, graphtest.Teacher(seed, fn, widths...), opts, gaussian(rng, unseenSamples, widths[0])}
}

func onBox(seed uint64, fn string, widths ...int) model {
	g, box := graphtest.Teacher(seed, fn, widths...), &plan.Box{}
	for range widths[0] {
		box.Lo, box.Hi = append(box.Lo, -1), append(box.Hi, 1)
	}
	return model{fmt.Sprintf("%s %v, declared range", fn, widths), g, passes.Options{InputRange: box}, graphtest.Samples(g, unseenSamples)}
}

const unseenSamples = 300

func gaussian(rng *rand.Rand, count, width int) [][]float64 {
	out := make([][]float64, count)
	for s := range out {
		out[s] = make([]float64, width)
		for i := range out[s] {
			out[s][i] = rng.NormFloat64()
		}
	}
	return out
}

// check ends a program that has no one to report to.
func check(err error) {
	if err != nil {
		panic(err)
	}
}
