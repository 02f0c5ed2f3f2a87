package service

import (
	_ "embed"
	"net/http"
)

// description is the API in OpenAPI 3.1. A test holds it against the routes and their problems.
//
//go:embed openapi.json
var description []byte

func (s *Service) openAPI(c *call) error {
	c.Header().Set("Content-Type", "application/json")
	c.WriteHeader(http.StatusOK)
	_, err := c.Write(description)
	return err
}
