package hecc_test

// tuned is a number that was chosen by experience: nothing that is cited says what it must be.
type tuned struct {
	name          string // package and name
	decides       string
	lower, higher string // what it is tried as, in Go; empty: half and twice; "-": not tried
	models        string // which of the sets of testdata/constants; empty: all
}

// constants are the tuned numbers of the compiler. What comes of changing each is in docs/constants.md, which is written by
//
//	go test . -run ConstantsExperiment -constants . -timeout 3h
//
// for all that match the regular expression after -constants: the lines of others stay.
var constants = []tuned{
	{"passes.factorSamples", "samples that the ranges of factors are taken from", "", "", "small"},
	{"passes.factorMargin", "how far these ranges are widened on each side, as a share of their width", "", "", "small"},
	{"passes.maxCheckedSamples", "calibration samples that are looked through for large values", "64", "-", "small"},
	{"passes.calibratedHeadroom", "how much larger than on samples a value may become before it overflows", "", "", ""},
	{"passes.declaredHeadroom", "the same on declared ranges", "", "", "declared"},
	{"passes.tryLogNs", "ring degrees that are tried from the first with room", "1", "", "small"},
	{"passes.bitsPerMul", "bits of modulus that a multiplication is taken to need, where rings are ruled out", "", "", ""},
	{"passes.fewSlots", "share of slots (one in so many) from which on a slot for each sample is tried", "", "", "small"},
	{"passes.tryPackings", "packings of a batch that are planned", "1", "", "small"},
	{"passes.linearNoise", "encryption noise of linear models, relative to the outputs' range", "", "", ""},
	{"passes.networkNoise", "encryption noise of networks, relative to the outputs' range", "", "", ""},
	{"passes.boundedNoise", "encryption noise relative to a range that outputs cannot leave", "", "", "probabilities"},
	{"passes.constantNoise", "encryption noise of outputs that hardly vary, relative to their size", "", "", "small"},

	{"passes/approx.guardShare", "weight of points that hold a polynomial down between samples, relative to the samples'", "", "", "small"},
	{"passes/bounds.composeBudget", "products that applying a map to a zonotope may take before it is made smaller", "1 << 12", "-", "declared"},
	{"passes/bounds.minSymbols", "noise symbols that a zonotope keeps in any case", "", "", "declared"},

	{"passes/fit.degrees", "degrees that are tried", "[]int{1, 3, 5, 7, 14, 28, 60}", "-", ""},
	{"passes/fit.highDegrees", "the same for functions without kinks, above these", "[]int{95}", "-", "small"},
	{"passes/fit.fitShare", "share of a target error that the fit may take: the rest is for noise", "0.6", "0.97", ""},
	{"passes/fit.maxExtrapolation", "how much a polynomial may grow at the furthest held-out argument", "", "", ""},
	{"passes/fit.gridParts", "parts of the widest interval that ends of intervals are rounded to", "", "", "declared"},
	{"passes/fit.minSharedWidth", "share of the common interval from which on an element takes the common one", "", "1", "declared"},
	{"passes/fit.EnoughHeldOut", "held-out samples below which a default target need not be reached", "", "", "small"},
	{"passes/fit.minSamplesPerCoefficient", "samples per coefficient below which a layer shares one polynomial", "", "", ""},
	{"passes/fit.minSamplesPerElement", "samples below which a layer shares the interval around its kinks", "", "", ""},
	{"passes/fit.probeSteps", "steps from the outermost sample to the end of the box where errors are looked at", "", "", "digits"},
	{"passes/fit.maxErrorRatio", "times the prediction from which on an error there narrows the box", "", "", "digits"},
	{"passes/fit.maxProbes", "inputs that are tried in a box", "1024", "", "small"},
	{"passes/fit.scaledSamples", "samples that are moved away from the middle as a whole", "", "", "small"},
	{"passes/fit.maxSamples", "samples that are fitted on at most", "128", "-", ""},
	{"passes/fit.HoldOut", "one sample in so many judges the fit", "", "", ""},
	{"passes/fit.intervalMargins", "margins of intervals that are tried until polynomials stay tame", "[]float64{tails.MinMargin}", "[]float64{tails.MinMargin, 0.6, 1.2}", "digits"},
	{"passes/fit.maxDistilledError", "factor by which a candidate may miss the goal to be distilled", "1.2", "3", "distilled"},
	{"passes/fit.maxDistilledDegree", "highest degree that is distilled", "", "", "distilled"},
	{"passes/fit.maxDistillations", "candidates that are distilled", "", "", "distilled"},
	{"passes/fit.randomProjections", "random sums of outputs that sensitivity is measured by", "", "", ""},
	{"passes/fit.minWeight", "least weight of a sample, relative to the mean", "", "", ""},

	{"passes/lower.rootMargin", "how far below 0 noise may put a root's argument, as a share of the largest", "", "", "small"},
	{"passes/lower.maxRepeatedEntries", "entries of a row up to which a map is repeated where it is used", "", "", "small"},
	{"passes/lower.maxFillRatio", "times the entries of two maps that their product may have to be fused", "", "", "small"},
	{"passes/lower.fillAllowance", "entries that it may have in addition", "0", "", "small"},
	{"passes/lower.maxVertex", "how far outside its interval a parabola's vertex may be for the parabola to become one square, in half widths", "", "", "small"},

	{"passes/packing.cacheBytes", "cache beyond which the cost model streams weights from memory: times are by the changed model", "1 << 18", "", ""},
	{"passes/packing.beamWidth", "partial choices of layouts that are kept", "", "", ""},
	{"passes/piecewise.maxKinksPerElement", "kinks that elements of a layer may have on average to be fitted as kinks", "", "", "declared"},
	{"passes/piecewise.minSlopeChange", "least jump of the slope that is a kink, relative to the slopes", "", "", "declared"},

	{"passes/planning.leastScale", "least scale that is rescaled to, in bits", "", "", "small"},
	{"passes/planning.exactOutputs", "outputs up to which the gain of each is taken", "", "", "autoencoder"},
	{"passes/planning.probes", "random sums that gains are taken of beyond that", "", "", "autoencoder"},
	{"passes/planning.probeMargin", "an output's gain relative to the mean, where sums were taken", "", "", "autoencoder"},
	{"passes/planning.headroom", "bits that values stay below the modulus", "1", "", ""},
	{"passes/planning.heavyTail", "factor on the variance of rounding at degree 2", "", "", ""},
	{"passes/planning.maxLowered", "times that the target of the noise model is lowered until exact moduli reach it", "", "", "small"},
	{"passes/planning.minTargetFactor", "least factor at a time", "", "", "small"},
	{"passes/planning.targetFactor", "how much lower than seems enough", "", "1", "small"},
	{"passes/planning.primeMargins", "bits that primes may be larger than ideal moduli, in order", "[]float64{0.02, 0.5, 2}", "[]float64{0.1, 2, 8}", ""},
	{"passes/planning.primeNoise", "noise with primes relative to the target", "1", "1.1", "small"},
	{"passes/planning.maxErrorPerStep", "how far from the target a candidate may be to be refined further, in factors per bit", "", "", ""},
	{"passes/planning.longChain", "sizes from which on only neighbours are changed together", "", "", "small"},
	{"passes/planning.neighbours", "how far apart these may be", "", "", "small"},
	{"passes/planning.maxErrors", "times the target up to which a shape is refined", "[]float64{1e2, 10}", "[]float64{1e6, 10}", ""},
	{"passes/planning.maxRefined", "shapes that are refined", "", "", ""},
	{"passes/planning.minInput", "least scale of inputs on the grid, in bits", "-", "28", "small"},
	{"passes/planning.aboveWaterline", "how far above the waterline the scale of inputs may be", "", "-", "small"},
	{"passes/planning.inputStep", "step of these", "", "", "small"},
	{"passes/planning.minWaterline", "least waterline", "-", "32", "small"},
	{"passes/planning.maxWaterline", "largest waterline", "44", "-", "small"},
	{"passes/planning.waterlineStep", "step of waterlines", "", "", "small"},
	{"passes/planning.minPlain", "least scale of plaintexts", "-", "20", "small"},
	{"passes/planning.maxPlain", "largest scale of plaintexts", "26", "-", "small"},
	{"passes/planning.plainStep", "step of these", "", "", "small"},
	{"passes/planning.finestPlain", "largest scale of plaintexts for inputs encrypted with the public key", "44", "-", "small"},
	{"passes/planning.minThreshold", "least size of a rescale", "-", "36", "small"},
	{"passes/planning.maxThreshold", "largest bound on the size of a rescale", "48", "-", "small"},
	{"passes/planning.thresholdStep", "step of these", "", "", "small"},
	{"passes/planning.maxSpecial", "special primes that are tried", "1", "", "small"},

	{"passes/polyeval.maxBabyStepRatio", "how far from the root of the number of terms baby steps are tried", "", "", ""},
	{"passes/polyeval.productWork", "work of a product, relative to a relinearisation", "", "", ""},
	{"passes/polyeval.levelsAtTheEnd", "levels that are taken to be left behind a polynomial", "", "", ""},

	{"passes/promise.MeasuredSamples", "samples that the client's operations are measured on", "", "", "probabilities"},
	{"passes/promise.errorDraws", "errors that are drawn at each", "", "", "probabilities"},
	{"passes/promise.declaredNoise", "factor on the predicted noise of plans for declared ranges", "", "", "declared"},
	{"passes/promise.roundingShare", "share of a value's error that the client's rounding may add", "", "", "small"},

	{"passes/tails.copyDistance", "distance of samples that count as one", "", "", "small"},
	{"passes/tails.scalarCopyDistance", "the same for single numbers", "", "", "small"},
	{"passes/tails.errorExceedance", "share of unseen samples whose error may exceed the prediction", "", "", ""},
	{"passes/tails.tailShape", "shape of the errors' tail", "", "", ""},
	{"passes/tails.minRelativeMargin", "least by which the prediction exceeds the largest held-out error, over the root of their number", "", "", ""},
	{"passes/tails.maxErrorRatio", "excess beyond which a tail is not believed", "", "", "small"},
	{"passes/tails.IntervalExceedance", "share of unseen samples that may leave an interval", "", "", ""},
	{"passes/tails.LowIntervalExceedance", "the same for polynomials of low degree", "", "", "digits"},
	{"passes/tails.LowDegree", "up to which degree that is", "", "", "small"},
	{"passes/tails.minRelativeSpread", "least width of an interval, relative to the layer's median", "", "", "digits"},
	{"passes/tails.MinMargin", "least share of its width that an interval is widened by", "", "", ""},

	{"passes/train.learningRate", "first step of training, relative to what it changes", "", "", "distilled"},
	{"passes/train.maxMultiplications", "multiplications of all steps", "", "", "distilled"},
	{"passes/train.maxSteps", "steps", "", "", "distilled"},
	{"passes/train.batchSamples", "samples of a step", "", "", "distilled"},
	{"passes/train.crossEntropyWeight", "weight of classes beside that of errors, in training", "", "", "distilled"},
	{"passes/train.softmaxSharpness", "how sharp the classes are that training aims at", "", "", "distilled"},
	{"passes/train.rangePenalty", "what leaving its interval costs an argument", "", "", "distilled"},
	{"passes/train.ridges", "strengths of compensation that are tried", "[]float64{1e-4}", "[]float64{1e-2, 1}", "digits"},
	{"passes/train.validationStride", "one sample in so many chooses among these", "", "", "digits"},

	{"passes/worst.maxObjectives", "outputs, or sums of them, whose extremes are planned for", "", "", "declared"},
	{"passes/worst.cornerSteps", "steps from a start to a corner", "", "", "declared"},
	{"passes/worst.randomProjections", "random sums of outputs that a sample's gain is taken of", "", "", "autoencoder"},
	{"passes/worst.MagnitudeSamples", "samples that magnitudes are measured on", "", "", "small"},
	{"passes/worst.typicalSamples", "samples like most that noise is planned on", "1", "", "small"},
	{"passes/worst.typicalQuantile", "one sample in so many has more energy than these", "", "", "small"},
	{"passes/worst.tailShare", "share of the five deviations that is taken at a loud sample", "", "1", "small"},
}
