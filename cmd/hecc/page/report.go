package page

import "hecc/cmd/hecc/detail"

// Report is the part of what `hecc inspect --html FILE --json` prints that the page shows.
type Report struct {
	Model          string         `json:"model"`
	LogN           int            `json:"log_n"`
	Slots          int            `json:"slots"`
	Lanes          int            `json:"samples_a_run"`
	LogQP          float64        `json:"log_qp"`
	LogQPBound     float64        `json:"log_qp_bound"`
	SecurityBits   int            `json:"security_bits"`
	Levels         int            `json:"levels"`
	QBits          []float64      `json:"q_bits"`
	PBits          []float64      `json:"p_bits"`
	Nodes          []Cost         `json:"nodes"`
	RotationKeys   int            `json:"rotation_keys"`
	EvalKeyBytes   int64          `json:"eval_key_bytes"`
	InputBytes     int64          `json:"input_ciphertext_bytes"`
	OutputBytes    int64          `json:"output_ciphertext_bytes"`
	Memory         Memory         `json:"memory_bytes"`
	PredictedError float64        `json:"predicted_error"`
	PublicError    float64        `json:"predicted_error_public_key"`
	Rounding       float64        `json:"rounding"`
	Agreement      *float64       `json:"predicted_agreement"`
	ErrorOf        string         `json:"error_of"`
	ClientGets     int            `json:"client_gets"`
	ClientComputes []string       `json:"client_computes"`
	PredictedMs    float64        `json:"predicted_ms"`
	HeldOut        int            `json:"held_out"`
	Costs          string         `json:"costs"`
	Detail         *detail.Detail `json:"detail"`
	Front          []Network      `json:"front"` // null: --sweep was not given
	Trace          *Trace         `json:"trace"` // null: none was made
}

// Cost is what a node of the model costs, all of its operations together.
type Cost struct {
	Op        string  `json:"op"`
	Source    string  `json:"source"`
	FromLevel int     `json:"from_level"`
	ToLevel   int     `json:"to_level"`
	Rotations int     `json:"rotations"`
	CtMults   int     `json:"ct_mults"`
	Ms        float64 `json:"predicted_ms"`
}

// Memory is in bytes.
type Memory struct {
	Model   int64 `json:"model"`
	Run     int64 `json:"run"`
	Session int64 `json:"session"`
	Client  int64 `json:"client"`
}

// Network is a row of inspect --sweep.
type Network struct {
	Degrees     []int    `json:"degrees"`
	Chosen      bool     `json:"chosen"`
	Distilled   bool     `json:"distilled"`
	Error       float64  `json:"predicted_error"`
	RMS         float64  `json:"rms"`
	Explained   float64  `json:"explained"`
	Agreement   *float64 `json:"agreement"`
	LogN        int      `json:"log_n"`
	Levels      int      `json:"levels"`
	PredictedMs float64  `json:"predicted_ms"`
	KeyBytes    int64    `json:"eval_key_bytes"`
	Memory      Memory   `json:"memory_bytes"`
	Refused     string   `json:"refused"`
}

// Trace is the part of what `hecc verify --trace --json` prints that the page shows.
type Trace struct {
	Samples     int         `json:"samples"`
	Layers      []TraceRow  `json:"layers"`
	Operations  []TraceRow  `json:"operations"`
	Traced      int         `json:"traced_operations"`
	Outside     []int       `json:"outside_prediction"`
	Output      TraceOutput `json:"output"`
	PredictedMs float64     `json:"predicted_ms"`
	MeasuredMs  float64     `json:"measured_ms"`
}

// TraceRow is a layer or an operation.
type TraceRow struct {
	ID        int                `json:"id"`
	Op        string             `json:"op"`
	Source    string             `json:"source"`
	Level     int                `json:"level"`
	Predicted float64            `json:"predicted_noise"`
	Measured  *float64           `json:"measured_noise"`
	BitsLeft  *float64           `json:"predicted_bits"`
	BitsFound *float64           `json:"measured_bits"`
	Terms     map[string]float64 `json:"terms"`
	LargestT  *float64           `json:"largest_t"`
	Expected  float64            `json:"predicted_ms"`
	Took      float64            `json:"measured_ms"`
	Flags     []string           `json:"flags"`
}

// TraceOutput takes the error of the outputs apart.
type TraceOutput struct {
	Of             string  `json:"of"`
	Noise          float64 `json:"measured_noise"`
	PredictedNoise float64 `json:"predicted_noise"`
	Fit            float64 `json:"measured_fit"`
	PredictedFit   float64 `json:"predicted_fit"`
}
