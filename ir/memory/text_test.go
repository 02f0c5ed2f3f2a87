package memory

import "testing"

// TestText: sizes for people, and for options, which must not be less than what is needed.
func TestText(t *testing.T) {
	for bytes, want := range map[int64][2]string{
		0:           {"0 B", "0KiB"},
		1023:        {"1023 B", "1KiB"},
		1025:        {"1.0 KiB", "2KiB"},
		3 << 19:     {"1.5 MiB", "1536KiB"},
		16<<20 + 1:  {"16.0 MiB", "17MiB"},
		5<<30 + 512: {"5.0 GiB", "5121MiB"},
	} {
		if got := [2]string{Text(bytes), TextUp(bytes)}; got != want {
			t.Errorf("%d: %q, want %q", bytes, got, want)
		}
	}
}
