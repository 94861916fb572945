package official

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A running simulator: the remote world of one test.
type simulator struct {
	t       *testing.T
	client  *http.Client
	Graph   string   `json:"graph_endpoint"`
	Host    string   `json:"authority_host"`
	Control string   `json:"control"`
	CA      string   `json:"ca_certificate"`
	Tenants []tenant `json:"tenants"`
}

type tenant struct {
	ID           string `json:"tenant_id"`
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
	Domain       string `json:"domain"`
}

// Starts one that ends with the test, and gives the provider its environment.
func startSimulator(t *testing.T) *simulator {
	t.Helper()
	dir := t.TempDir()
	environment := filepath.Join(dir, "env")
	process := exec.Command(need(t, "SIMULATOR"), "--tls-dir", filepath.Join(dir, "tls"), "--env-file", environment)
	log := new(bytes.Buffer)
	process.Stderr = log
	out, err := process.StdoutPipe()
	if err == nil {
		err = process.Start()
	}
	if err != nil {
		t.Fatalf("the simulator does not start: %v", err)
	}
	t.Cleanup(func() {
		_ = process.Process.Kill()
		_ = process.Wait()
	})
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		t.Fatalf("the simulator is not ready: %v\n%s", err, log)
	}
	world := &simulator{t: t}
	if err := json.Unmarshal(line, world); err != nil {
		t.Fatalf("its first line: %v\n%s", err, line)
	}

	pem, err := os.ReadFile(world.CA)
	if err != nil {
		t.Fatal(err)
	}
	authorities := x509.NewCertPool()
	authorities.AppendCertsFromPEM(pem)
	world.client = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: authorities}}}

	for name, value := range exported(t, environment) {
		t.Setenv(name, value)
	}
	t.Cleanup(world.knewEveryRoute)
	return world
}

// What the environment file exports.
func exported(t *testing.T, file string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for line := range strings.Lines(string(text)) {
		name, value, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "export "), "=")
		if !ok {
			t.Fatalf("an odd line: %s", line)
		}
		found[name] = strings.ReplaceAll(strings.Trim(value, "'"), `'\''`, "'")
	}
	return found
}

func (s *simulator) ask(request *http.Request) any {
	s.t.Helper()
	answer, err := s.client.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode >= 300 {
		s.t.Fatalf("%s %s: %s %v\n%s", request.Method, request.URL, answer.Status, err, body)
	}
	var value any
	if len(body) > 0 {
		if err := json.Unmarshal(body, &value); err != nil {
			s.t.Fatalf("%s: %v", request.URL, err)
		}
	}
	return value
}

func (s *simulator) control(method, path string, body ...byte) any {
	s.t.Helper()
	request, err := http.NewRequest(method, s.Control+"/"+path, bytes.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	return s.ask(request)
}

// Lets time pass on both sides.
func (s *simulator) pass(duration string) {
	s.t.Helper()
	s.control("POST", "clock", []byte(`{"advance": "`+duration+`"}`)...)
}

// A change that somebody makes by hand in the tenant.
func (s *simulator) byHand(method, path string, body any) {
	s.t.Helper()
	one := s.Tenants[0]
	form := strings.NewReader(strings.Join([]string{
		"grant_type=client_credentials", "client_id=" + one.ClientID, "client_secret=" + one.ClientSecret,
		"scope=https://graph.microsoft.com/.default",
	}, "&"))
	request, err := http.NewRequest("POST", strings.TrimSuffix(s.Host, "/")+"/"+one.ID+"/oauth2/v2.0/token", form)
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	token, _ := s.ask(request).(map[string]any)["access_token"].(string)

	text, err := json.Marshal(body)
	if err != nil {
		s.t.Fatal(err)
	}
	request, err = http.NewRequest(method, strings.TrimSuffix(s.Graph, "/")+"/v1.0/"+path, bytes.NewReader(text))
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	s.ask(request)
}

// The settings of the first organization's sync; nil where there is none.
func (s *simulator) settings() any {
	state := s.control("GET", "state").(map[string]any)
	organizations := state["organizations"].(map[string]any)
	return organizations[s.Tenants[0].Domain].(map[string]any)["settings"]
}

// The names of the first tenant's applications.
func (s *simulator) applications() []string {
	state := s.control("GET", "state").(map[string]any)
	one := state["tenants"].(map[string]any)[s.Tenants[0].ID].(map[string]any)
	names := []string{}
	for _, application := range one["applications"].([]any) {
		names = append(names, application.(map[string]any)["displayName"].(string))
	}
	return names
}

// A request that the simulator does not know would have been answered by a real service: the test has shown nothing then.
func (s *simulator) knewEveryRoute() {
	for _, request := range s.control("GET", "requests").([]any) {
		if one := request.(map[string]any); one["status"] == float64(http.StatusNotImplemented) {
			s.t.Errorf("the simulator does not know %v", one)
		}
	}
}

// Nobody's world is another one than at the start.
func (s *simulator) changedNothing() {
	s.t.Helper()
	requests := s.control("GET", "requests").([]any)
	if len(requests) == 0 {
		s.t.Error("nothing was asked")
	}
	for _, request := range requests {
		one := request.(map[string]any)
		path := one["path"].(string)
		reads := one["method"] == "GET" || strings.HasSuffix(path, "/token") || strings.HasSuffix(path, "/$batch")
		if !reads {
			s.t.Errorf("changed something: %v", one)
		}
	}
}

func need(t *testing.T, name string) string {
	t.Helper()
	value := os.Getenv(name)
	if value == "" {
		t.Fatalf("%s is not set: run .ci/official", name)
	}
	return value
}
