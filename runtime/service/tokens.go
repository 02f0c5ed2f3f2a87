package service

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"log/slog"
	"os"
	"regexp"
	"strings"
	"sync"
	"time"

	"hecc/ir/diag"
)

// Tokens are the bearer tokens of a file. It has a line for each, `NAME SHA256 [EXPIRY]`: the client's name,
// the SHA-256 of the token in hexadecimal digits, and when it expires (RFC 3339). Lines that are empty or
// begin with # are left out. A client may have several tokens. When the file changes it is read again, within
// a second; if it is wrong then, the tokens stay as they were and the log says so.
type Tokens struct {
	path string
	log  *slog.Logger

	mu      sync.Mutex
	list    []token
	stamp   stamp
	checked time.Time
}

type token struct {
	client string
	hash   [sha256.Size]byte
	expiry time.Time // zero: never
}

// stamp tells versions of a file apart.
type stamp struct {
	size int64
	time time.Time
}

// ReadTokens reads a file of tokens. Errors name the line.
func ReadTokens(path string, log *slog.Logger) (*Tokens, error) {
	t := &Tokens{path: path, log: log}
	if err := t.read(); err != nil {
		return nil, err
	}
	t.checked = time.Now()
	return t, nil
}

func (t *Tokens) read() error {
	info, err := os.Stat(t.path)
	if err != nil {
		return err
	}
	b, err := os.ReadFile(t.path)
	if err != nil {
		return err
	}
	list, err := parseTokens(b)
	if err != nil {
		return fmt.Errorf("%s: %w", t.path, err)
	}
	t.list, t.stamp = list, stamp{info.Size(), info.ModTime()}
	return nil
}

// ClientName is what names of clients look like.
var ClientName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$`)

func parseTokens(file []byte) (list []token, err error) {
	lines := bufio.NewScanner(bytes.NewReader(file))
	for n := 1; lines.Scan(); n++ {
		words := strings.Fields(lines.Text())
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		t, err := parseToken(words)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		list = append(list, t)
	}
	return list, lines.Err()
}

// What helps against a line that is none.
const (
	makeTokens = "hecc token NAME --tokens FILE adds a line; comments begin with #"
	names      = "give at most 64 letters, digits, dots, dashes, underscores and @"
)

func parseToken(words []string) (t token, err error) {
	if len(words) < 2 || len(words) > 3 {
		return t, diag.Reason("has %d words, expected NAME SHA256 [EXPIRY]", len(words)).Cure("%s", makeTokens)
	}
	if t.client = words[0]; !ClientName.MatchString(t.client) {
		return t, diag.Reason("%q is no name", t.client).Cure("%s", names)
	}
	hash, err := hex.DecodeString(words[1])
	if err != nil || len(hash) != len(t.hash) {
		return t, diag.Reason("the second word is no SHA-256 in 64 hexadecimal digits").Cure("%s", makeTokens)
	}
	copy(t.hash[:], hash)
	if len(words) == 3 {
		if t.expiry, err = time.Parse(time.RFC3339, words[2]); err != nil {
			return t, diag.Reason("%q is no time", words[2]).Cure("write it as 2027-01-31T00:00:00Z")
		}
	}
	return t, nil
}

// client gives the client of a token, or "". The time it takes says nothing of how near a wrong token came.
func (t *Tokens) client(secret string, now time.Time) (client string, expired bool) {
	t.refresh(now)
	t.mu.Lock()
	list := t.list
	t.mu.Unlock()
	hash := sha256.Sum256([]byte(secret))
	found := -1
	for k := range list {
		found = subtle.ConstantTimeSelect(subtle.ConstantTimeCompare(hash[:], list[k].hash[:]), k, found)
	}
	if found < 0 {
		return "", false
	}
	if e := list[found].expiry; !e.IsZero() && !now.Before(e) {
		return "", true
	}
	return list[found].client, false
}

// refreshFiles is how soon a changed file is read again.
const refreshFiles = time.Second

// refresh reads the file again if it has changed.
func (t *Tokens) refresh(now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if now.Sub(t.checked) < refreshFiles {
		return
	}
	t.checked = now
	info, err := os.Stat(t.path)
	if err == nil && t.stamp != (stamp{info.Size(), info.ModTime()}) {
		err = t.read()
	}
	if err != nil {
		t.log.Error("the file of tokens cannot be read; those that were read before stay", "error", err.Error())
	}
}

// NewToken makes a token, and the line that a file of tokens needs for it. A zero expiry is none.
func NewToken(client string, expiry time.Time) (secret, line string, err error) {
	if !ClientName.MatchString(client) {
		return "", "", diag.Reason("%q is no name for a client", client).Cure("%s", names)
	}
	secret = "hecc_" + rand.Text()
	hash := sha256.Sum256([]byte(secret))
	line = client + " " + hex.EncodeToString(hash[:])
	if !expiry.IsZero() {
		line += " " + expiry.UTC().Format(time.RFC3339)
	}
	return secret, line + "\n", nil
}
