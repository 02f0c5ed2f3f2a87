// Package devtools drives Chromium in tests of pages.
package devtools
