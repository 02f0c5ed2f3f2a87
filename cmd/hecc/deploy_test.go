package main

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"
)

const deployFolder = "../../deploy"

func readDeployed(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(deployFolder, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// valueOf finds what stands behind a word that begins a line.
func valueOf(t *testing.T, text, word string) string {
	t.Helper()
	for line := range strings.Lines(text) {
		if v, ok := strings.CutPrefix(line, word); ok {
			return strings.TrimSpace(v)
		}
	}
	t.Fatalf("no line begins with %q", word)
	return ""
}

// container is what deploy/Containerfile says of a container.
type container struct {
	command, health []string // without the program
	user            string
	exposed         []string
}

func readContainer(t *testing.T) (c container) {
	t.Helper()
	text := readDeployed(t, "Containerfile")
	_, health, _ := strings.Cut(valueOf(t, text, "HEALTHCHECK"), " CMD ")
	if err := errors.Join(json.Unmarshal([]byte(valueOf(t, text, "CMD")), &c.command), json.Unmarshal([]byte(health), &c.health)); err != nil {
		t.Fatal(err)
	}
	if entry := valueOf(t, text, "ENTRYPOINT"); entry != `["/hecc"]` || c.health[0] != "/hecc" {
		t.Fatalf("it runs %s, and %s for health", entry, c.health[0])
	}
	c.health = c.health[1:]
	c.user, _, _ = strings.Cut(valueOf(t, text, "USER"), ":")
	c.exposed = strings.Fields(valueOf(t, text, "EXPOSE"))
	for _, path := range []string{"/hecc", "/web/"} {
		if !strings.Contains(text, "\nCOPY --from=build /out"+path+" "+path+"\n") {
			t.Errorf("the container gets no %s", path)
		}
	}
	return c
}

// parsed is the command that arguments of hecc name, with its flags.
func parsed(t *testing.T, args []string) *cobra.Command {
	t.Helper()
	cmd, rest, err := newRoot().Find(args)
	if err == nil {
		err = cmd.ParseFlags(rest)
	}
	if err == nil {
		err = cmd.ValidateArgs(cmd.Flags().Args())
	}
	if err != nil {
		t.Fatalf("hecc %s: %v", strings.Join(args, " "), err)
	}
	return cmd
}

func portOf(address string) string { return address[strings.LastIndex(address, ":")+1:] }

func readYAML(t *testing.T, name string) (documents []any) {
	t.Helper()
	for d := yaml.NewDecoder(strings.NewReader(readDeployed(t, name))); ; {
		var v any
		if err := d.Decode(&v); errors.Is(err, io.EOF) {
			return documents
		} else if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		documents = append(documents, v)
	}
}

// at follows names of fields and indices of lists.
func at(t *testing.T, v any, steps ...any) any {
	t.Helper()
	for _, step := range steps {
		switch step := step.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[step]
		case int:
			l, _ := v.([]any)
			if step >= len(l) {
				t.Fatalf("%v: nothing there", steps)
			}
			v = l[step]
		}
	}
	return v
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v, expected %v", what, got, want)
	}
}

// TestDeployCommands: the page, the unit and the container call commands that there are, with flags that they have.
func TestDeployCommands(t *testing.T) {
	page, err := os.ReadFile("../../docs/deploy.md")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for line := range strings.Lines(string(page)) {
		if args, ok := strings.CutPrefix(line, "    hecc "); ok {
			parsed(t, strings.Fields(args))
			found++
		}
	}
	if found < 4 {
		t.Errorf("docs/deploy.md has %d commands", found)
	}
	c := readContainer(t)
	serve, health := parsed(t, c.command), parsed(t, c.health)
	same(t, "the container's port", portOf(serve.Flag("listen").Value.String()), c.exposed[0])
	same(t, "its admin port", portOf(serve.Flag("admin").Value.String()), c.exposed[1])
	same(t, "its page", serve.Flag("web").Value.String(), "/web")
	same(t, "the port asked for health", portOf(health.Flags().Arg(0)), c.exposed[1])

	words := strings.Fields(valueOf(t, readDeployed(t, "hecc.service"), "ExecStart="))
	unit := parsed(t, words[1:])
	for _, flag := range []string{"tls-cert", "tls-key", "tokens"} {
		name := path.Base(serve.Flag(flag).Value.String())
		same(t, "the unit's --"+flag, unit.Flag(flag).Value.String(), "${CREDENTIALS_DIRECTORY}/"+name)
		if !strings.Contains(readDeployed(t, "hecc.service"), "\nLoadCredential="+name+":/etc/hecc/"+name+"\n") {
			t.Errorf("the unit loads no credential %s", name)
		}
	}
}

// TestDeployCompose holds compose.yaml against the container.
func TestDeployCompose(t *testing.T) {
	c := readContainer(t)
	serve := parsed(t, c.command)
	file := readYAML(t, "compose.yaml")[0]
	of := func(steps ...any) any { return at(t, file, append([]any{"services", "hecc"}, steps...)...) }
	same(t, "the port", portOf(of("ports", 0).(string)), c.exposed[0])
	same(t, "the Containerfile", of("build", "dockerfile"), "deploy/Containerfile")
	same(t, "the folder of plans", of("volumes", 0), "./plans:"+path.Dir(serve.Flags().Arg(0))+":ro")
	same(t, "the folder of keys", of("volumes", 1), "keys:"+serve.Flag("keys").Value.String())
	same(t, "the root", of("read_only"), true)
	for _, flag := range []string{"tls-cert", "tls-key", "tokens"} {
		dir, name := path.Split(serve.Flag(flag).Value.String())
		same(t, "the folder of --"+flag, dir, "/run/secrets/")
		if !slices.Contains(of("secrets").([]any), any(name)) || at(t, file, "secrets", name, "file") == nil {
			t.Errorf("there is no secret %s", name)
		}
	}
}

// TestDeployKubernetes holds kubernetes.yaml against the container and the service's routes.
func TestDeployKubernetes(t *testing.T) {
	c := readContainer(t)
	serve := parsed(t, c.command)
	docs := readYAML(t, "kubernetes.yaml")
	if len(docs) != 3 {
		t.Fatalf("%d documents", len(docs))
	}
	claim, deployment, front := docs[0], docs[1], docs[2]
	pod := at(t, deployment, "spec", "template", "spec")
	of := func(steps ...any) any { return at(t, pod, append([]any{"containers", 0}, steps...)...) }
	for k, port := range c.exposed {
		same(t, "a port", of("ports", k, "containerPort"), asYAML(t, port))
	}
	routes := describedPaths(t)
	for _, probe := range []string{"readinessProbe", "livenessProbe", "startupProbe"} {
		if p, _ := of(probe, "httpGet", "path").(string); !slices.Contains(routes, p) {
			t.Errorf("the service has no route %q, which %s asks", p, probe)
		}
		same(t, "the port of "+probe, of(probe, "httpGet", "port"), of("ports", 1, "name"))
	}
	same(t, "the target of the Service", at(t, front, "spec", "ports", 0, "targetPort"), of("ports", 0, "name"))
	same(t, "the Service's selector", at(t, front, "spec", "selector", "app"), at(t, deployment, "spec", "template", "metadata", "labels", "app"))
	same(t, "the Deployment's selector", at(t, deployment, "spec", "selector", "matchLabels", "app"), at(t, deployment, "spec", "template", "metadata", "labels", "app"))
	same(t, "the user", at(t, pod, "securityContext", "runAsUser"), asYAML(t, c.user))
	same(t, "the group of volumes", at(t, pod, "securityContext", "fsGroup"), asYAML(t, c.user))
	same(t, "the root", of("securityContext", "readOnlyRootFilesystem"), true)
	same(t, "the folder of keys", of("volumeMounts", 0, "mountPath"), serve.Flag("keys").Value.String())
	same(t, "the folder of secrets", of("volumeMounts", 1, "mountPath"), path.Dir(serve.Flag("tokens").Value.String()))
	same(t, "the claim", at(t, pod, "volumes", 0, "persistentVolumeClaim", "claimName"), at(t, claim, "metadata", "name"))
}

// TestDeployLimits: memory and patience are the same everywhere, and longer than what is in flight is waited for.
func TestDeployLimits(t *testing.T) {
	compose := at(t, readYAML(t, "compose.yaml")[0], "services", "hecc")
	pod := at(t, readYAML(t, "kubernetes.yaml")[1], "spec", "template", "spec")
	unit := readDeployed(t, "hecc.service")
	same(t, "the unit's memory", valueOf(t, unit, "MemoryMax="), "2G")
	same(t, "compose's memory", at(t, compose, "mem_limit"), "2g")
	same(t, "Kubernetes' memory", at(t, pod, "containers", 0, "resources", "limits", "memory"), "2Gi")
	page, err := os.ReadFile("../../docs/deploy.md")
	if err != nil {
		t.Fatal(err)
	}
	const patience = "40"
	if !strings.Contains(string(page), "| `service.Grace` | for requests in flight when the service ends | 30 s |") {
		t.Error("the grace is not 30 s: change how long the files of deploy wait")
	}
	same(t, "the unit's patience", valueOf(t, unit, "TimeoutStopSec="), patience)
	same(t, "compose's patience", at(t, compose, "stop_grace_period"), patience+"s")
	same(t, "Kubernetes' patience", at(t, pod, "terminationGracePeriodSeconds"), asYAML(t, patience))
}

func asYAML(t *testing.T, text string) (v any) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// describedPaths are those of openapi.json, which a test of runtime/service holds against the code.
func describedPaths(t *testing.T) (paths []string) {
	t.Helper()
	b, err := os.ReadFile("../../runtime/service/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	var api struct{ Paths map[string]any }
	if err := json.Unmarshal(b, &api); err != nil {
		t.Fatal(err)
	}
	for p := range api.Paths {
		paths = append(paths, p)
	}
	return paths
}

// TestDeployUnit has systemd read the unit.
func TestDeployUnit(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("the systemd unit is not verified: no systemd-analyze")
	}
	program, err := os.Executable() // one that is there
	if err != nil {
		t.Fatal(err)
	}
	text := readDeployed(t, "hecc.service")
	file := filepath.Join(t.TempDir(), "hecc.service")
	if err := os.WriteFile(file, []byte(strings.Replace(text, "ExecStart=/usr/local/bin/hecc", "ExecStart="+program, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(analyze, "verify", file).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v: %s", err, out)
	}
}
