package hecc_test

import (
	"fmt"
	"strings"
)

const constantsIntroduction = `# Tuned constants

Numbers that were chosen by experience, because nothing that one could cite says what they must be, and what comes of others.
What is derived or cited (the security table, deviations of a Gaussian, Clopper and Pearson) is not here: its comment says where it comes from,
or [constants_derived_test.go](../constants_derived_test.go) why it needs no source. A test fails for a number in passes that has none of these.

Each constant was changed alone, mostly to half and to twice its value; the compiler was built with it, and compiled the models below again.
Most lines are about the models below, the set *all*; a word in brackets names another set of [testdata/constants](../testdata/constants/models.go):
*small* is the last three of these, *declared* two networks on declared ranges, *distilled* one that is trained, *digits* ` + "`mnist/relu`" + ` for an
agreement of 98 %, *decisions* ` + "`mnist/square`" + ` for the same, alone and in batches, *probabilities* ` + "`mnist/pca_sigmoid`" + `, *autoencoder* that of [models](../models).

- *same plans*: the constant does not matter for any of the models, byte for byte. A constant that guards against something rare looks like this too:
  tests with such cases hold it.
- *3 of 7 plans*: so many plans came out otherwise. What follows are geometric means over these, relative to before: the predicted time of a *run*,
  the error that the plan has *promised*, the *error* that one unseen sample in 50 exceeds, simulated with noise.
- *beyond*: the share of unseen samples whose error was larger than promised, where there were any. A promise allows 0.1 %.
- *refused*: for so many of the models there was no plan any more.
- *compile*: the processor's time of compiling, where it changed by a quarter or more. It is measured on a machine with other work.

`

// modelsOnPage starts the table of models in the page, which is kept where it is not measured.
const modelsOnPage = "| model |"

// pageOfConstants has a line for each constant that was ever measured, in the order of the table.
func pageOfConstants(lines map[string]string, page string, models []outcome) string {
	var b strings.Builder
	b.WriteString(constantsIntroduction)
	b.WriteString(tableOfModels(page, models))
	b.WriteString("\n| constant | value | decides | lower | higher |\n|---|---|---|---|---|\n")
	for _, c := range constants {
		if line := lines[c.name]; line != "" {
			fmt.Fprintln(&b, line)
		}
	}
	b.WriteString("\nWritten by\n\n    go test . -run ConstantsExperiment -constants . -timeout 3h\n\n" +
		"A regular expression in place of the point measures the constants that match it, and leaves the other lines.\n")
	return b.String()
}

// tableOfModels is what the unchanged compiler makes of the models.
func tableOfModels(page string, models []outcome) string {
	if models == nil {
		_, table, _ := strings.Cut(page, modelsOnPage)
		table, _, _ = strings.Cut(table, "\n\n")
		return modelsOnPage + table + "\n"
	}
	var b strings.Builder
	b.WriteString(modelsOnPage + " compile, ms | run, ms | promised | error | unseen | beyond |\n|---|---|---|---|---|---|---|\n")
	for _, o := range models {
		fmt.Fprintf(&b, "| %s | %.0f | %.3g | %.3g | %.3g | %d | %d |\n", o.Model, o.Compile, o.Run, o.Predicted, o.Error, o.Unseen, o.Beyond)
	}
	return b.String()
}
