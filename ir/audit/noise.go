package audit

import (
	"fmt"
	"math"
	"slices"

	"hecc/ir/he"
	"hecc/ir/plan"
	"hecc/ir/tensor"
)

// noise predicts the encryption noise forwards: a secret and the errors of every operation are drawn as they
// appear in the slots, and the circuit is evaluated with and without them. The error that the plan allows
// beyond the fit's must be at least, for every output, the mean of the difference (products of errors have
// one) plus some standard deviations; and noise must not make any slot overflow, not even a dirty one.
func (a *auditor) noise() (finding, error) {
	if err := a.specialPrimes(); err != nil {
		return finding{}, err
	}
	secret, err := a.outputNoise(false)
	if err != nil {
		return finding{}, err
	}
	public := secret
	if len(a.p.Interface.Params.P) > 0 { // else there is no public key
		if public, err = a.outputNoise(true); err != nil {
			return finding{}, err
		}
	}
	allowed, allowedPublic, err := a.allowedNoise()
	if err != nil {
		return finding{}, err
	}
	tolerance, why := a.noiseTolerance()
	f := finding{
		detail: fmt.Sprintf("%.2e expected, %.2e allowed by the plan; encrypted with the public key %.2e of %.2e",
			secret, allowed, public, allowedPublic),
		assumes: fmt.Sprintf("errors of independent coefficients (eprint 2022/162); mean and %d deviations of %d draws on inputs whose arguments stay within %.2f of their intervals%s",
			deviations, draws, a.points.t, why),
		figures: map[string]float64{"allowed": allowed, "expected": secret, "public_allowed": allowedPublic, "public_expected": public, "tolerated": tolerance},
	}
	for _, c := range []struct {
		key               string
		expected, allowed float64
	}{{"secret", secret, allowed}, {"public", public, allowedPublic}} {
		if !(c.expected <= c.allowed*tolerance) {
			return f, fmt.Errorf("encrypted with the %s key, noise of %.3g is to be expected, the plan allows %.3g", c.key, c.expected, c.allowed)
		}
	}
	return f, nil
}

// allowedNoise is the part of the promised errors that is left for noise, for inputs encrypted with the
// secret and with the public key. A promised error as large as the range of the output allows any noise.
func (a *auditor) allowedNoise() (secret, public float64, err error) {
	e, err := a.p.Interface.EpilogueGraph()
	if err != nil {
		return 0, 0, err
	}
	width := e.Bounds()[e.Judged().ID].Width()
	left := func(promised float64) float64 {
		if promised >= width {
			return width
		}
		return promised - a.p.Fit.Error
	}
	return left(a.p.Interface.PredictedError), left(a.p.Interface.PublicError), nil
}

const (
	draws      = 24
	deviations = 3 // plans promise five; the margin is for the difference of points from samples

	// boxNoiseFactor is the factor by which noise may exceed the plan's prediction on points of the box, if
	// the plan was made for inputs like its calibration data: products multiply noise by the other operand,
	// which may be larger on these points.
	boxNoiseFactor = 2

	specialAllowance = 1.0 // bits by which a digit may exceed the special primes, since primes of an exact size need not exist
)

// noiseTolerance is the largest accepted ratio of expected to allowed noise, and the sentence of the report
// that explains it.
func (a *auditor) noiseTolerance() (by float64, why string) {
	if a.p.Fit.HeldOut > 0 || slices.ContainsFunc(a.p.Fit.Activations, func(x plan.Activation) bool { return x.Exact() }) {
		return boxNoiseFactor, fmt.Sprintf("; %d times what the plan allows is tolerated, since it is made for inputs like the calibration data and these are drawn from the box", boxNoiseFactor)
	}
	return 1, ""
}

// specialPrimes checks that the special primes are as large as the digits that multiply a key, so that the
// error of a key switch is as small as a rounding error. Otherwise it dominates, and its distribution, a
// product of two Gaussian numbers, has heavier tails than a Gaussian one.
func (a *auditor) specialPrimes() error {
	keys, p := &a.p.Interface.Keys, &a.p.Interface.Params
	top := keys.Relin
	for _, k := range keys.Rotations {
		top = max(top, k.Level)
	}
	if len(p.P) == 0 {
		return nil // no keys: see interfaces
	}
	special := bits(p.P)
	for from := 0; from <= top; from += len(p.P) {
		if digit := bits(p.Q[from:min(from+len(p.P), top+1)]); digit > special+specialAllowance {
			return fmt.Errorf("special primes of %.1f bits for a digit of %.1f: key switches add more than rounding", special, digit)
		}
	}
	return nil
}

// bits is the size of a product of primes.
func bits(primes []uint64) float64 {
	sum := 0.0
	for _, p := range primes {
		sum += math.Log2(float64(p))
	}
	return sum
}

// outputNoise is the largest expected error of an element of the judged output: mean and deviations.
func (a *auditor) outputNoise(public bool) (float64, error) {
	e, err := a.p.Interface.EpilogueGraph()
	if err != nil {
		return 0, err
	}
	client, judged := tensor.NewEvaluator(e), e.Judged()
	sum, square := make([]float64, judged.Size()), make([]float64, judged.Size())
	each := (draws + len(a.points.inside) - 1) / len(a.points.inside)
	for p, x := range a.points.inside {
		in := a.p.Circuit.Input.Pack(x)
		clean, err := a.decrypted(in, client, judged, nil)
		if err != nil {
			return 0, err
		}
		for k := range each {
			n := newNoise(a.p.Circuit, public, p*each+k)
			noisy, err := a.decrypted(in, client, judged, n)
			if err == nil {
				err = n.overflow
			}
			if err != nil {
				return 0, err
			}
			for i := range sum {
				d := noisy[i] - clean[i]
				sum[i], square[i] = sum[i]+d, square[i]+d*d
			}
		}
	}
	count := float64(each * len(a.points.inside))
	worst := 0.0
	for i := range sum {
		mean := sum[i] / count
		off := math.Abs(mean) + deviations*math.Sqrt(max(0, square[i]/count-mean*mean))
		if !(off <= worst) {
			worst = off
		}
	}
	return worst, nil
}

// decrypted is the judged output of one run, with the errors of a noiseSampler, or exact if it is nil.
func (a *auditor) decrypted(in [][]float64, client *tensor.Evaluator, judged *tensor.Node, n *noiseSampler) ([]float64, error) {
	var observe func(*he.Value, []float64)
	if n != nil {
		observe = n.disturb
	}
	slots, err := a.p.Circuit.Eval(in, observe)
	if err != nil {
		return nil, err
	}
	x, err := a.p.Circuit.Output.Unpack(slots)
	if err != nil {
		return nil, err
	}
	if n != nil {
		n.release(&a.p.Interface, x)
	}
	v, err := client.Run(x)
	if err != nil {
		return nil, err
	}
	return append([]float64(nil), v.Of(judged)...), nil
}
