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
	{"passes.factorSamples", "samples that the ranges of factors are taken from", "", "", ""},
	{"passes.factorMargin", "how far these ranges are widened on each side, as a share of their width", "", "", ""},
	{"passes.searchedSamples", "calibration samples that are looked through for large values", "64", "-", ""},
	{"passes.calibratedMargin", "how much larger than on samples a value may become before it overflows", "", "", ""},
	{"passes.declaredMargin", "the same on declared ranges", "", "", "declared"},
	{"passes.tryLogNs", "ring degrees that are tried from the first with room", "1", "", ""},
	{"passes.bitsPerMul", "bits of modulus that a multiplication is taken to need, where rings are ruled out", "", "", ""},
	{"passes.fewSlots", "share of slots (one in so many) from which on a slot for each sample is tried", "", "", ""},
	{"passes.tryPackings", "packings of a batch that are planned", "1", "", ""},
	{"passes.linearNoise", "encryption noise of linear models, relative to the outputs' range", "", "", ""},
	{"passes.networkNoise", "encryption noise of networks, relative to the outputs' range", "", "", ""},
	{"passes.boundedNoise", "encryption noise relative to a range that outputs cannot leave", "", "", "distilled"},
	{"passes.constantNoise", "encryption noise of outputs that hardly vary, relative to their size", "", "", ""},

	{"passes/approx.guardShare", "weight of points that hold a polynomial down between samples, relative to the samples'", "", "", ""},
	{"passes/bounds.composeBudget", "products that applying a map to a zonotope may take before it is made smaller", "1 << 12", "-", "declared"},
	{"passes/bounds.leastSymbols", "noise symbols that a zonotope keeps in any case", "", "", "declared"},

	{"passes/fit.degrees", "degrees that are tried", "[]int{1, 3, 5, 7, 14, 28, 60}", "-", ""},
	{"passes/fit.highDegrees", "the same for functions without kinks, above these", "[]int{95}", "-", ""},
	{"passes/fit.fitShare", "share of a target error that the fit may take: the rest is for noise", "0.6", "0.97", ""},
	{"passes/fit.maxGrowth", "how much a polynomial may grow at the furthest held-out argument", "", "", ""},
	{"passes/fit.gridParts", "parts of the widest interval that ends of intervals are rounded to", "", "", "declared"},
	{"passes/fit.nearlyAll", "share of the common interval from which on an element takes the common one", "", "1", "declared"},
	{"passes/fit.EnoughHeldOut", "held-out samples below which a default target need not be reached", "", "", ""},
	{"passes/fit.perCoeff", "samples per coefficient below which a layer shares one polynomial", "", "", ""},
	{"passes/fit.fewRows", "samples below which a layer shares the interval around its kinks", "", "", ""},
	{"passes/fit.outward", "steps from the outermost sample to the end of the box where errors are looked at", "", "", ""},
	{"passes/fit.surprise", "times the prediction from which on an error there narrows the box", "", "", ""},
	{"passes/fit.inputProbes", "inputs that are tried in a box", "1024", "", ""},
	{"passes/fit.scaledSamples", "samples that are moved away from the middle as a whole", "", "", ""},
	{"passes/fit.maxSamples", "samples that are fitted on at most", "128", "-", ""},
	{"passes/fit.HoldOut", "one sample in so many judges the fit", "", "", ""},
	{"passes/fit.margins", "margins of intervals that are tried until polynomials stay tame", "[]float64{tails.LeastMargin}", "[]float64{tails.LeastMargin, 0.6, 1.2}", ""},
	{"passes/fit.nearMiss", "factor by which a candidate may miss the goal to be distilled", "1.2", "3", "digits"},
	{"passes/fit.distillDegree", "highest degree that is distilled", "", "", "distilled"},
	{"passes/fit.distillTries", "candidates that are distilled", "", "", "distilled"},
	{"passes/fit.probes", "random sums of outputs that sensitivity is measured by", "", "", ""},
	{"passes/fit.leastFelt", "least weight of a sample, relative to the mean", "", "", ""},

	{"passes/lower.rootSlack", "how far below 0 noise may put a root's argument, as a share of the largest", "", "", ""},
	{"passes/lower.lightMap", "entries of a row up to which a map is repeated where it is used", "", "", ""},
	{"passes/lower.growth", "times the entries of two maps that their product may have to be fused", "", "", ""},
	{"passes/lower.slack", "entries that it may have in addition", "0", "", ""},
	{"passes/lower.maxVertex", "how far outside its interval a parabola's vertex may be for the parabola to become one square, in half widths", "", "", ""},

	{"passes/packing.cacheBytes", "cache beyond which weights are streamed from memory", "1 << 18", "", ""},
	{"passes/packing.beamWidth", "partial choices of layouts that are kept", "", "", ""},
	{"passes/piecewise.mostKinks", "kinks that elements of a layer may have on average to be fitted as kinks", "", "", "declared"},
	{"passes/piecewise.leastBend", "least jump of the slope that is a kink, relative to the slopes", "", "", "declared"},

	{"passes/planning.leastScale", "least scale that is rescaled to, in bits", "", "", ""},
	{"passes/planning.exactOutputs", "outputs up to which the gain of each is taken", "", "", ""},
	{"passes/planning.probes", "random sums that gains are taken of beyond that", "", "", ""},
	{"passes/planning.probeMargin", "an output's gain relative to the mean, where sums were taken", "", "", ""},
	{"passes/planning.headroom", "bits that values stay below the modulus", "1", "", ""},
	{"passes/planning.heavyTail", "factor on the variance of rounding at degree 2", "", "", ""},
	{"passes/planning.maxLowered", "times that the target of the noise model is lowered until exact moduli reach it", "", "", ""},
	{"passes/planning.lowest", "least factor at a time", "", "", ""},
	{"passes/planning.lower", "how much lower than seems enough", "", "1", ""},
	{"passes/planning.primeSlacks", "bits that primes may be larger than ideal moduli, in order", "[]float64{0.02, 0.5, 2}", "[]float64{0.1, 2, 8}", ""},
	{"passes/planning.primeNoise", "noise with primes relative to the target", "1", "1.1", ""},
	{"passes/planning.hopeless", "how far from the target a candidate may be to be refined further, in factors per bit", "", "", ""},
	{"passes/planning.longChain", "sizes from which on only neighbours are changed together", "", "", ""},
	{"passes/planning.neighbours", "how far apart these may be", "", "", ""},
	{"passes/planning.promising", "times the target up to which a shape is refined", "[]float64{1e2, 10}", "[]float64{1e6, 10}", ""},
	{"passes/planning.maxRefined", "shapes that are refined", "", "", ""},
	{"passes/planning.minInput", "least scale of inputs on the grid, in bits", "-", "28", ""},
	{"passes/planning.aboveWaterline", "how far above the waterline the scale of inputs may be", "", "-", ""},
	{"passes/planning.inputStep", "step of these", "", "", ""},
	{"passes/planning.minWaterline", "least waterline", "-", "32", ""},
	{"passes/planning.maxWaterline", "largest waterline", "44", "-", ""},
	{"passes/planning.waterlineStep", "step of waterlines", "", "", ""},
	{"passes/planning.minPlain", "least scale of plaintexts", "-", "20", ""},
	{"passes/planning.maxPlain", "largest scale of plaintexts", "26", "-", ""},
	{"passes/planning.plainStep", "step of these", "", "", ""},
	{"passes/planning.finestPlain", "largest scale of plaintexts for inputs encrypted with the public key", "44", "-", ""},
	{"passes/planning.minLeast", "least size of a rescale", "-", "36", ""},
	{"passes/planning.maxLeast", "largest bound on the size of a rescale", "48", "-", ""},
	{"passes/planning.leastStep", "step of these", "", "", ""},
	{"passes/planning.maxSpecial", "special primes that are tried", "1", "", ""},

	{"passes/polyeval.mostBabySteps", "how far from the root of the number of terms baby steps are tried", "", "", ""},
	{"passes/polyeval.productWork", "work of a product, relative to a relinearisation", "", "", ""},
	{"passes/polyeval.levelsAtTheEnd", "levels that are taken to be left behind a polynomial", "", "", ""},

	{"passes/promise.CarriedSamples", "samples that the client's operations are measured on", "", "", "distilled"},
	{"passes/promise.carriedDraws", "errors that are drawn at each", "", "", "distilled"},
	{"passes/promise.declaredNoise", "factor on the predicted noise of plans for declared ranges", "", "", "declared"},
	{"passes/promise.roundingShare", "share of a value's error that the client's rounding may add", "", "", ""},

	{"passes/tails.sameSample", "distance of samples that count as one", "", "", ""},
	{"passes/tails.sameNumber", "the same for single numbers", "", "", ""},
	{"passes/tails.errorExceedance", "share of unseen samples whose error may exceed the prediction", "", "", ""},
	{"passes/tails.tailShape", "shape of the errors' tail", "", "", ""},
	{"passes/tails.leastSlack", "least by which the prediction exceeds the largest held-out error, over the root of their number", "", "", ""},
	{"passes/tails.mostSlack", "excess beyond which a tail is not believed", "", "", ""},
	{"passes/tails.IntervalExceedance", "share of unseen samples that may leave an interval", "", "", ""},
	{"passes/tails.LowIntervalExceedance", "the same for polynomials of low degree", "", "", ""},
	{"passes/tails.LowDegree", "up to which degree that is", "", "", ""},
	{"passes/tails.floorSpread", "least width of an interval, relative to the layer's median", "", "", ""},
	{"passes/tails.LeastMargin", "least share of its width that an interval is widened by", "", "", ""},

	{"passes/train.rate", "first step of training, relative to what it changes", "", "", "digits"},
	{"passes/train.distillWork", "multiplications of all steps", "", "", "digits"},
	{"passes/train.mostSteps", "steps", "", "", "distilled"},
	{"passes/train.batchSamples", "samples of a step", "", "", "distilled"},
	{"passes/train.entropyWeight", "weight of classes beside that of errors, in training", "", "", "digits"},
	{"passes/train.sharpness", "how sharp the classes are that training aims at", "", "", "digits"},
	{"passes/train.rangePenalty", "what leaving its interval costs an argument", "", "", "distilled"},
	{"passes/train.ridges", "strengths of compensation that are tried", "[]float64{1e-4}", "[]float64{1e-2, 1}", ""},
	{"passes/train.validate", "one sample in so many chooses among these", "", "", ""},

	{"passes/worst.mostObjectives", "outputs, or sums of them, whose extremes are planned for", "", "", "declared"},
	{"passes/worst.cornerSteps", "steps from a start to a corner", "", "", "declared"},
	{"passes/worst.signDraws", "random sums of outputs that a sample's gain is taken of", "", "", ""},
	{"passes/worst.MagnitudeSamples", "samples that magnitudes are measured on", "", "", ""},
	{"passes/worst.typicalSamples", "samples like most that noise is planned on", "1", "", ""},
	{"passes/worst.typicalQuantile", "one sample in so many has more energy than these", "", "", ""},
	{"passes/worst.tailShare", "share of the five deviations that is taken at a loud sample", "", "1", ""},
}
