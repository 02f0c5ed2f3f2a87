package diag_test

import (
	"errors"
	"fmt"
	"testing"

	"hecc/ir/diag"
)

func TestPos(t *testing.T) {
	for _, c := range []struct {
		pos  diag.Pos
		want string
	}{
		{diag.Pos{}, ""},
		{diag.Pos{File: "m.onnx"}, "m.onnx"},
		{diag.Pos{File: "m.onnx", Node: 1, Name: "/act/Relu", Op: "Relu"}, `m.onnx: node 1 "/act/Relu" (Relu)`},
		{diag.Pos{Node: 2, Op: "Gemm"}, "node 2 (Gemm)"},
		{diag.Pos{Node: 2, Name: "a\n\"b\"", Op: "Gemm"}, `node 2 "a\n\"b\"" (Gemm)`},
	} {
		if got := c.pos.String(); got != c.want {
			t.Errorf("%+v: %s, want %s", c.pos, got, c.want)
		}
	}
}

func TestError(t *testing.T) {
	err := diag.In("m.onnx", "%d is too many", 3).Note("give at most %d", 2).Cure("or none")
	if want := "m.onnx: 3 is too many\n  note: give at most 2\n  note: or none"; err.Error() != want {
		t.Errorf("got %s", err)
	}
	if got := diag.Reason("no").Cure("yes").Note("or both").Error(); got != "no\n  note: yes\n  note: or both" {
		t.Errorf("got %s", got)
	}
}

func TestWrap(t *testing.T) {
	fault := errors.New("fault")
	var err error = diag.Wrap("x.npy: %w", fault).Cure("mend it")
	if !errors.Is(err, fault) || err.Error() != "x.npy: fault\n  note: mend it" {
		t.Errorf("got %v", err)
	}
}

func TestInPass(t *testing.T) {
	if diag.InPass("p", nil) != nil {
		t.Error("made an error of none")
	}
	user := fmt.Errorf("while reading: %w", diag.Reason("no").Cure("yes"))
	if diag.InPass("p", user) != user {
		t.Error("a user's error became an internal one")
	}
	fault := errors.New("fault")
	err := diag.InPass("p", fault)
	if !errors.Is(err, fault) || err.Error() != "internal error in pass p: fault\n  note: this is a bug in hecc, not in your model: report it with this text, and with the model if you may" {
		t.Errorf("got %v", err)
	}
	if diag.InPass("q", err) != err {
		t.Error("the pass that failed is not the one that is named")
	}
}
