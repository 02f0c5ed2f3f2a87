package eval

// Copies bounds the bytes of keys that a session holds once more for lower levels.
func Copies(bytes int) Option { return func(s *settings) { s.maxCopied = bytes } }
