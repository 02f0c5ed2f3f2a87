package passes

import (
	"os"
	"testing"

	"hecc/internal/graphtest"
)

func TestMain(m *testing.M) { os.Exit(graphtest.Main(m, 12)) }
