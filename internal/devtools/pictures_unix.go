//go:build unix

package devtools

import (
	"fmt"
	"os"
	"path/filepath"
)

// Screen sets the size and the colours of the page.
func (p *Tab) Screen(width, height int, scheme string) {
	p.Do("Emulation.setDeviceMetricsOverride", Object{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}, nil)
	p.Do("Emulation.setEmulatedMedia", Object{"features": []Object{{"name": "prefers-color-scheme", "value": scheme}}}, nil)
}

// Shots checks that nothing is wider than the screen, and takes pictures in both colours.
func (p *Tab) Shots(folder, name string, sizes [][2]int) {
	p.T.Helper()
	for _, size := range sizes {
		for _, scheme := range []string{"light", "dark"} {
			p.Screen(size[0], size[1], scheme)
			var width int
			if p.Eval(`document.documentElement.scrollWidth`, &width); width > size[0] {
				p.T.Errorf("the page is %d pixels wide on a screen of %d", width, size[0])
			}
			p.Shot(folder, fmt.Sprintf("%s-%d-%s", name, size[0], scheme))
		}
	}
}

// Shot takes a picture of the whole page; of none if there is no folder for it.
func (p *Tab) Shot(folder, name string) {
	if folder == "" {
		return
	}
	var picture struct{ Data []byte }
	p.Do("Page.captureScreenshot", Object{"captureBeyondViewport": true}, &picture)
	check(p.T, os.WriteFile(filepath.Join(folder, name+".png"), picture.Data, 0o666))
}
