package dense

import (
	"flag"
	"testing"

	"hecc/internal/generated"
)

var update = flag.Bool("update", false, "record what the assembly was generated from")

var assembly = generated.Assembly{Package: "dense", Name: "kernel"}

func TestGenerated(t *testing.T) { assembly.Rerun(t, *update) }

func TestGeneratedFrom(t *testing.T) { assembly.Unchanged(t) }
