package plan

// FileError says that bytes are not the file that they should be: truncated or damaged, of another kind or
// version, or made up.
type FileError struct{ Err error }

func (e *FileError) Error() string { return e.Err.Error() }

// Unwrap gives what is wrong.
func (e *FileError) Unwrap() error { return e.Err }
