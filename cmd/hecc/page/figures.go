package page

import (
	"fmt"
	"html/template"
)

// keyFigure is one of those at the top of the page.
type keyFigure struct {
	Name  string
	Value template.HTML
	Note  string
}

func (r *Report) keyFigures() []keyFigure {
	list := []keyFigure{
		{"predicted error", figure("predicted_error", r.PredictedError, number(r.PredictedError)), "of " + r.ErrorOf},
		{"time of a run", figure("predicted_ms", r.PredictedMs, msText(r.PredictedMs)), "predicted, one core, " + r.Costs + " costs" + r.lanesText()},
		{"security", figure("security_bits", float64(r.SecurityBits), fmt.Sprintf("%d bits", r.SecurityBits)),
			fmt.Sprintf("ring degree N = 2%s; moduli of %.0f bits, at most %.0f", superscript(r.LogN), r.LogQP, r.LogQPBound)},
		{"levels", figure("levels", float64(r.Levels), fmt.Sprint(r.Levels)), "rescales that the moduli leave room for"},
		{"evaluation keys", figure("eval_key_bytes", float64(r.EvalKeyBytes), bytesText(r.EvalKeyBytes)), fmt.Sprintf("sent once; %d of rotations", r.RotationKeys)},
		{"input", figure("input_ciphertext_bytes", float64(r.InputBytes), bytesText(r.InputBytes)), "encrypted, for each run"},
		{"output", figure("output_ciphertext_bytes", float64(r.OutputBytes), bytesText(r.OutputBytes)), "encrypted, for each run"},
	}
	if r.Agreement != nil {
		list = append(list, keyFigure{"argmax kept", figure("predicted_agreement", *r.Agreement, fmt.Sprintf("%.1f %%", 100**r.Agreement)), "of samples at least, as predicted"})
	}
	return list
}

func (r *Report) lanesText() string {
	if r.Lanes == 1 {
		return ""
	}
	return fmt.Sprintf(", for %d samples side by side", r.Lanes)
}
