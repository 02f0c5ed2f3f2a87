package train

import (
	"math"
	"slices"

	"hecc/passes/internal/sampled"
)

// loss is what distillation minimises: the squared error of the encrypted outputs relative to their variance;
// where the argmax has to stay, also the cross entropy of their Softmax; and a penalty for arguments outside
// their intervals.
type loss struct {
	squared            float64 // weight of a squared error
	crossEntropy       float64 // weight of a cross entropy
	inverseTemperature float64 // factor of the outputs in the Softmax
}

const (
	crossEntropyWeight = 3
	softmaxSharpness   = 2.5 // inverse temperature times the outputs' standard deviation
	rangePenalty       = 1   // of (|t|-1)²
)

func newLoss(want sampled.Matrix, agreement bool) loss {
	v := variance(want.Data)
	if v == 0 {
		v = 1
	}
	l := loss{squared: 1 / (v * float64(want.Cols))}
	if agreement {
		l.crossEntropy, l.inverseTemperature = crossEntropyWeight, softmaxSharpness/math.Sqrt(v)
	}
	return l
}

func variance(v []float64) float64 {
	mean, sum := 0.0, 0.0
	for _, x := range v {
		mean += x / float64(len(v))
	}
	for _, x := range v {
		sum += (x - mean) * (x - mean) / float64(len(v))
	}
	return sum
}

// gradient is that of the mean loss of a batch of batchSize samples, with respect to the outputs of some of
// them.
func (l loss) gradient(got, want sampled.Matrix, batchSize int) sampled.Matrix {
	out := sampled.NewMatrix(got.Rows(), got.Cols)
	for i, y := range got.Data {
		out.Data[i] = 2 * l.squared * (y - want.Data[i]) / float64(batchSize)
	}
	if l.crossEntropy == 0 {
		return out
	}
	for s := range got.Rows() {
		p, q := softmax(got.Row(s), l.inverseTemperature), softmax(want.Row(s), l.inverseTemperature)
		for i := range p {
			out.Row(s)[i] += l.crossEntropy * l.inverseTemperature * (p[i] - q[i]) / float64(batchSize)
		}
	}
	return out
}

func softmax(v []float64, inverseTemperature float64) []float64 {
	out := make([]float64, len(v))
	top, sum := slices.Max(v), 0.0
	for i, x := range v {
		out[i] = math.Exp(inverseTemperature * (x - top))
		sum += out[i]
	}
	for i := range out {
		out[i] /= sum
	}
	return out
}
