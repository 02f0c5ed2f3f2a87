package plan_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"strings"
	"testing"

	"hecc/ir/plan"
)

// interfaceJSON is the first section of a plan or the only one of a client file.
func interfaceJSON(file []byte) string {
	n := binary.LittleEndian.Uint64(file[12:])
	return string(file[20 : 20+n])
}

// clientFile holds an interface as some other writer has spelled it.
func clientFile(raw string) []byte {
	return seal(plan.ClientMagic, plan.Version, append(binary.LittleEndian.AppendUint64(nil, uint64(len(raw))), raw...))
}

// TestOtherSpellings: an interface is identified by its bytes, however its JSON was written.
func TestOtherSpellings(t *testing.T) {
	p := smallPlan(t)
	want := interfaceJSON(p.Encode())
	var indented bytes.Buffer
	if err := json.Indent(&indented, []byte(want), " ", "\t"); err != nil {
		t.Fatal(err)
	}
	var reordered map[string]json.RawMessage
	if err := json.Unmarshal([]byte(want), &reordered); err != nil {
		t.Fatal(err)
	}
	sorted, _ := json.Marshal(reordered)
	for name, raw := range map[string]string{
		"indented":  "\n" + indented.String() + " \r\n",
		"reordered": string(sorted),
		"minus 0":   strings.Replace(want, `"wrap":0`, `"wrap":-0`, 2),
		"exponent":  strings.Replace(want, `"deviation":0`, `"deviation":0.0E+5`, 1),
		"escapes":   strings.Replace(want, `"model":"`, `"model":"\u00e9\/`, 1),
	} {
		i, err := plan.DecodeInterface(clientFile(raw))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if raw == want {
			t.Errorf("%s: nothing has changed", name)
		}
		if i.ID() != sha256.Sum256([]byte(raw)) {
			t.Errorf("%s: not identified by its bytes", name)
		}
		if !bytes.Equal(i.Encode(), clientFile(raw)) {
			t.Errorf("%s: written again in another way", name)
		}
	}

	// A plan whose interface was spelled by another writer gives a client file of the same identity.
	file := p.Encode()
	body := bodyOf(file)
	spelled := append(binary.LittleEndian.AppendUint64(nil, uint64(indented.Len())), indented.Bytes()...)
	again, err := plan.Decode(seal(plan.Magic, plan.Version, append(spelled, body[8+len(want):]...)))
	if err != nil {
		t.Fatal(err)
	}
	client, err := plan.DecodeInterface(again.Interface.Encode())
	if err != nil {
		t.Fatal(err)
	}
	if client.ID() != again.Interface.ID() || client.ID() == p.Interface.ID() {
		t.Error("plan and client file must share the ID of their bytes, and no other")
	}
}

// TestAmbiguousJSON: what readers of JSON understand in different ways is refused.
func TestAmbiguousJSON(t *testing.T) {
	raw := interfaceJSON(smallFile(t))
	for name, c := range map[string]struct{ old, new, want string }{
		"unknown field":          {`"lanes":`, `"lines":1,"lanes":`, `the JSON has the unknown field "lines"`},
		"unknown field inside":   {`"axes":`, `"x":[{}],"axes":`, `"input.layout" has the unknown field "x"`},
		"another case":           {`"lanes":`, `"Lanes":`, `the JSON has the unknown field "Lanes"`},
		"a long s":               {`"lanes":`, `"laneſ":`, `the JSON has the unknown field "laneſ"`},
		"both cases":             {`"lanes":`, `"LANES":7,"lanes":`, `the JSON has the unknown field "LANES"`},
		"an escaped key":         {`"lanes":`, `"l\u0061nes":`, `the JSON has the unknown field "l\\u0061nes"`},
		"twice":                  {`"lanes":`, `"lanes":7,"lanes":`, `the JSON has the field "lanes" twice`},
		"an object twice":        {`"box":`, `"box":{"lo":[],"hi":[]},"box":`, `the JSON has the field "box" twice`},
		"twice inside":           {`"axes":`, `"axes":[],"axes":`, `"input.layout" has the field "axes" twice`},
		"missing":                {`"security":128,`, ``, `the JSON lacks the field "security"`},
		"missing inside":         {`,"gap":false`, ``, `"input.layout.dims" lacks the field "gap"`},
		"null in the layout":     {`"steps":[`, `"steps":[null,`, `"input.layout.dims.steps" is null`},
		"null number":            {`"security":128`, `"security":null`, `"security" is null`},
		"null object":            {`"flooding":{"queries":0,"deviation":0}`, `"flooding":null`, `"flooding" is null`},
		"null list":              {`"rotations":[]`, `"rotations":null`, `"keys.rotations" is null`},
		"null in a list":         {`"lo":[`, `"lo":[null,`, `"box.lo" is null`},
		"another type":           {`"security":128`, `"security":"128"`, `cannot unmarshal string`},
		"a fraction":             {`"security":128`, `"security":128.0`, `cannot unmarshal number 128.0`},
		"a large number":         {`"security":128`, `"security":18446744073709551744`, `cannot unmarshal number`},
		"an infinite number":     {`"public_error":`, `"public_error":1e999,"x":`, `cannot unmarshal number 1e999`},
		"NaN":                    {`"security":128`, `"security":NaN`, `invalid character 'N'`},
		"not UTF-8":              {`"model":"`, "\"model\":\"\xff", `is not UTF-8`},
		"half a character":       {`"model":"`, `"model":"\ud83d`, `"model" has half a character, \ud83d`},
		"a character in halves":  {`"model":"`, `"model":"\ud83d\uDE00`, `"model" has half a character`},
		"a comment":              {`"lanes":`, `/**/"lanes":`, `invalid character '/'`},
		"a trailing comma":       {`"deviation":0}`, `"deviation":0,}`, `invalid character '}'`},
		"a second value":         {``, `{}`, `invalid character '{' after top-level value`},
		"a byte that is no text": {``, "\x00", `invalid character '\x00' after top-level value`},
	} {
		t.Run(name, func(t *testing.T) {
			changed := strings.Replace(raw, c.old, c.new, 1)
			if c.old == "" {
				changed = raw + c.new
			}
			if changed == raw {
				t.Fatalf("there is no %s", c.old)
			}
			_, err := plan.DecodeInterface(clientFile(changed))
			if err == nil || !strings.Contains(err.Error(), "client file: interface: ") || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, expected %q", err, c.want)
			}
		})
	}
	for _, other := range []string{"", " ", "null", "[]", "7", `"x"`, "{", `{"model":`} {
		if _, err := plan.DecodeInterface(clientFile(other)); err == nil {
			t.Errorf("%q is accepted", other)
		}
	}
}

// TestCostsAreStrict: costs of a user are read as those in a plan.
func TestCostsAreStrict(t *testing.T) {
	p := smallPlan(t)
	good := string(p.Costs.Encode())
	if got, err := plan.ParseCosts([]byte(good)); err != nil || got != p.Costs {
		t.Errorf("%+v, error %v", got, err)
	}
	for name, c := range map[string][2]string{
		"twice":   {`"stream"`, `"stream": 1, "stream"`},
		"unknown": {`"stream"`, `"steam": 1, "stream"`},
		"case":    {`"stream"`, `"Stream"`},
		"missing": {`"expand"`, `"expanded"`},
	} {
		if _, err := plan.ParseCosts([]byte(strings.Replace(good, c[0], c[1], 1))); err == nil || !strings.HasPrefix(err.Error(), "the JSON ") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// TestZeroCosts: nothing is free.
func TestZeroCosts(t *testing.T) {
	c := smallPlan(t).Costs
	c.Stream = 0
	if _, err := plan.ParseCosts(c.Encode()); err == nil || !strings.Contains(err.Error(), "0 is no cost in nanoseconds") {
		t.Errorf("error %v", err)
	}
}

// TestLists: lists without elements are written as lists.
func TestLists(t *testing.T) {
	if raw := interfaceJSON(smallFile(t)); strings.Contains(raw, "null") || !strings.Contains(raw, `"rotations":[]`) {
		t.Error("an empty list is written as null")
	}
}
