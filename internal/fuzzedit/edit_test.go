package fuzzedit

import "testing"

func TestApply(t *testing.T) {
	for _, c := range []struct{ script, want string }{
		{"", "abcdef"},
		{"\x01\x00\x02", "abcdef"},
		{"\x01\x00\x02\x00", "adef"},
		{"\x01\x00\x00\x02xy", "axybcdef"},
		{"\x06\x00\x00\x09xy", "abcdefxy"},
		{"\x08\x00\xff\x00", "a"},
		{"\x00\x00\x01\x01x\x05\x00\x01\x01y", "xbcdey"},
	} {
		if got := string(Apply([]byte("abcdef"), []byte(c.script))); got != c.want {
			t.Errorf("%q gives %q, expected %q", c.script, got, c.want)
		}
	}
}
