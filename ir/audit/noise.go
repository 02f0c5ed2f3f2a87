package audit

import (
	"fmt"
	"math"
	"slices"

	"hecc/ir/he"
	"hecc/ir/plan"
	"hecc/ir/tensor"
)

// noise predicts the encryption noise forwards: a secret and the errors of every operation are drawn
// as they appear in the slots, and the circuit is evaluated with and without them. What the plan allows
// beyond the fit's error must cover, for every output, the mean of the difference (products of errors
// have one) and some standard deviations; and no slot, not even one that is free, may come to overflow by it.
func (a *auditor) noise() (finding, error) {
	if err := a.specialPrimes(); err != nil {
		return finding{}, err
	}
	secret, err := a.outputNoise(false)
	if err != nil {
		return finding{}, err
	}
	public, err := a.outputNoise(true)
	if err != nil {
		return finding{}, err
	}
	allowed, allowedPublic, err := a.allowedNoise()
	if err != nil {
		return finding{}, err
	}
	unlike, why := a.unlikeness()
	f := finding{
		detail: fmt.Sprintf("%.2e expected, %.2e allowed by the plan; encrypted with the public key %.2e of %.2e",
			secret, allowed, public, allowedPublic),
		assumes: fmt.Sprintf("errors of independent coefficients (eprint 2022/162); mean and %d deviations of %d draws on inputs whose arguments stay within %.2f of their intervals%s",
			deviations, draws, a.points.t, why),
		figures: map[string]float64{"allowed": allowed, "expected": secret, "public_allowed": allowedPublic, "public_expected": public, "tolerated": unlike},
	}
	for _, c := range []struct {
		key               string
		expected, allowed float64
	}{{"secret", secret, allowed}, {"public", public, allowedPublic}} {
		if !(c.expected <= c.allowed*unlike) {
			return f, fmt.Errorf("encrypted with the %s key, noise of %.3g is to be expected, the plan allows %.3g", c.key, c.expected, c.allowed)
		}
	}
	return f, nil
}

// allowedNoise is what the plan leaves of its promise to noise, encrypted with the secret and with the public
// key. An error as large as the range of the output itself allows any.
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
	deviations = 3 // plans promise five: what is left covers that points are not samples

	// unlikePoints is how much noisier than the inputs that a plan predicts for points of the box may be, where the plan was
	// made for inputs like its calibration data: products amplify noise by the other operand, which may be larger here.
	unlikePoints = 2

	leastSpecial = 1.0 // bits by which a digit may exceed the special primes: primes are not exactly of a size
)

// unlikeness is what may be expected, as a multiple of what the plan allows, and the words for it.
func (a *auditor) unlikeness() (by float64, why string) {
	if a.p.Fit.HeldOut > 0 || slices.ContainsFunc(a.p.Fit.Activations, func(x plan.Activation) bool { return x.Exact() }) {
		return unlikePoints, fmt.Sprintf("; %d times what the plan allows is tolerated, since it is made for inputs like the calibration data and these are drawn from the box", unlikePoints)
	}
	return 1, ""
}

// specialPrimes are there to make the error of a key switch as small as a rounding: they must be as large as the digits that
// multiply the key. Otherwise that error dominates, and as a product it has far larger values than a Gaussian one.
func (a *auditor) specialPrimes() error {
	keys, p := &a.p.Interface.Keys, &a.p.Interface.Params
	top := keys.Relin
	for _, k := range keys.Rotations {
		top = max(top, k.Level)
	}
	special := bits(p.P)
	for from := 0; from <= top; from += len(p.P) {
		if digit := bits(p.Q[from:min(from+len(p.P), top+1)]); digit > special+leastSpecial {
			return fmt.Errorf("special primes of %.1f bits for a digit of %.1f: key switches add more than rounding", special, digit)
		}
	}
	return nil
}

// bits of a product.
func bits(primes []uint64) float64 {
	sum := 0.0
	for _, p := range primes {
		sum += math.Log2(float64(p))
	}
	return sum
}

// outputNoise is what the noisiest element of the judged output is expected to be off by.
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

// decrypted is the judged output of one run, with the errors of a noiseMaker or exact.
func (a *auditor) decrypted(in [][]float64, client *tensor.Evaluator, judged *tensor.Node, n *noiseMaker) ([]float64, error) {
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
