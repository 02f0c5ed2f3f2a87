package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"hecc/ir/plan"
	"hecc/runtime/wire"
)

// versionText names this build, from what the Go command wrote into it, and the formats that it reads and
// writes.
func versionText() string {
	var b strings.Builder
	info, _ := debug.ReadBuildInfo()
	version, commit := "(devel)", ""
	if info != nil && info.Main.Version != "" {
		version = info.Main.Version
	}
	for _, s := range buildSettings(info) {
		switch {
		case s.Key == "vcs.revision":
			commit = ", commit " + s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			commit += " with changes"
		}
	}
	fmt.Fprintf(&b, "hecc %s%s\n%s %s/%s\n", version, commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	fmt.Fprintf(&b, "plans and client files of format %d, keys and ciphertexts of format %d\n", plan.Version, wire.Version)
	return b.String()
}

func buildSettings(info *debug.BuildInfo) []debug.BuildSetting {
	if info == nil {
		return nil
	}
	return info.Settings
}
