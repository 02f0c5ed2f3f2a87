package memory

import "fmt"

// Text is a size in the unit that fits.
func Text(bytes int64) string {
	switch {
	case bytes >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(bytes)/(1<<30))
	case bytes >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20))
	case bytes >= 1<<10:
		return fmt.Sprintf("%.1f KiB", float64(bytes)/(1<<10))
	}
	return fmt.Sprintf("%d B", bytes)
}

// TextUp is a size as an option takes it, and no less than it is.
func TextUp(bytes int64) string {
	if bytes >= 16<<20 {
		return fmt.Sprintf("%dMiB", (bytes+1<<20-1)>>20)
	}
	return fmt.Sprintf("%dKiB", (bytes+1<<10-1)>>10)
}
