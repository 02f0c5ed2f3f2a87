package remote

import (
	"context"
	"fmt"
	"net/http"
	"strings"
)

// info is what a service says of a plan.
type info struct {
	ID           string `json:"id"`
	Model        string `json:"model"`
	RequestBytes int64  `json:"max_request_bytes"`
	Lanes        int    `json:"samples_a_run"`
	BatchItems   int    `json:"max_batch_items"`
}

// PlanError is a plan that a service does not have, or that is not chosen among several.
type PlanError struct {
	URL    string   // of the service
	Folder string   // that holds keys for the plan; "" if none does
	Plan   string   // that it does not have; "" if none was asked for
	Has    []string // the IDs of the plans that it has
	Models []string // and their names
}

func (e *PlanError) Error() string {
	var b strings.Builder
	switch {
	case e.Plan == "":
		fmt.Fprintf(&b, "%s has %d plans: say which one by its ID", e.URL, len(e.Has))
	case e.Folder != "":
		fmt.Fprintf(&b, "%s holds keys for plan %s, which %s has not\n  note: choose another directory for a plan that it has, or the service that has this one", e.Folder, e.Plan, e.URL)
	default:
		fmt.Fprintf(&b, "%s has no plan %s\n  note: check the ID with whoever compiled the model", e.URL, e.Plan)
	}
	for k, id := range e.Has {
		fmt.Fprintf(&b, "\n  note: it has %.64s %q", id, e.Models[k])
	}
	return b.String()
}

// plans asks which plans there are.
func (c *connection) plans(ctx context.Context) ([]info, error) {
	var all struct {
		Plans []info `json:"plans"`
	}
	err := c.object(ctx, http.MethodGet, "/v1/plans", nil, &all)
	return all.Plans, err
}

// plan asks for a plan, or for the only one.
func (c *connection) plan(ctx context.Context, id string) (p info, err error) {
	if id != "" {
		if !isHash(id) {
			return p, fmt.Errorf("%q is no ID of a plan: it has 64 lower-case hexadecimal digits\n  note: hecc serve logs the IDs of its plans", id)
		}
		err = c.object(ctx, http.MethodGet, "/v1/plans/"+id, nil, &p)
		p.ID = id
		return p, err
	}
	all, err := c.plans(ctx)
	if err != nil {
		return p, err
	}
	if len(all) == 1 {
		return c.plan(ctx, all[0].ID)
	}
	return p, c.planError("", "", all)
}

// isHash says whether a text is a SHA-256 as services write it.
func isHash(id string) bool {
	return len(id) == 64 && strings.Trim(id, "0123456789abcdef") == ""
}

func (c *connection) planError(folder, plan string, has []info) error {
	e := &PlanError{URL: c.base, Folder: folder, Plan: plan}
	for _, p := range has {
		e.Has, e.Models = append(e.Has, p.ID), append(e.Models, p.Model)
	}
	return e
}

// missing is the error of a plan that the service does not have.
func (p *Plan) missing(ctx context.Context, id string) error {
	has, err := p.service.plans(ctx)
	if err != nil {
		return err
	}
	folder := ""
	if p.client != nil {
		folder = string(p.folder)
	}
	return p.service.planError(folder, id, has)
}
