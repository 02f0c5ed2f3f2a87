package remote

import (
	"context"
	"net/http"
	"strings"

	"hecc/ir/diag"
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
	d := e.told()
	for k, id := range e.Has {
		d.Note("it has %.64s %q", id, e.Models[k])
	}
	return d.Error()
}

func (e *PlanError) told() *diag.Error {
	switch {
	case e.Plan == "" && len(e.Has) == 0:
		return diag.Reason("%s has no plans", e.URL).Cure("tell whoever runs the service")
	case e.Plan == "":
		return diag.Reason("%s has %d plans", e.URL, len(e.Has)).Cure("say which one by its ID")
	case e.Folder != "":
		return diag.Reason("%s holds keys for plan %s, which %s has not", e.Folder, e.Plan, e.URL).Cure("choose another directory for a plan that it has, or the service that has this one")
	}
	return diag.Reason("%s has no plan %s", e.URL, e.Plan).Cure("check the ID with whoever compiled the model")
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
			return p, diag.Reason("%q is no ID of a plan: it has 64 lower-case hexadecimal digits", id).Cure("hecc serve logs the IDs of its plans")
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
