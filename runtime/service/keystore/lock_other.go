//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package keystore

import "os"

// lockFile has no lock to take on this system: whoever runs the service sees to it that only one does.
func lockFile(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
}
