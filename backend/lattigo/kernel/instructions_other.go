//go:build !amd64

package kernel

const detected = Go

// Nothing below is called without code.

func codeFor(Instructions, uint64) *code { return nil }

func gather(*code, *uint64, *uint64, int, *gatherArgs, *uint64) {}

func dot(bool, *uint64, int, *dotArgs, *uint64) {}

func matrix(*matrixArgs, *uint64) {}

func quotients(*uint64, int, *uint64, *uint64, int) {}

func addVectors(_, _, _ *uint64, _ int, _ *uint64) {}

func subVectors(_, _, _ *uint64, _ int, _ *uint64) {}
