package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"hecc/ir/diag"
)

func newHealth() *cobra.Command {
	return &cobra.Command{
		Use:   "health ADMIN",
		Short: "Ask a service whether it takes requests",
		Long: `Ask a service at its admin address (hecc serve --admin) whether it takes requests, for health checks
of containers, which hold no other program. The exit code is 0 if it does.`,
		Example: `  hecc health localhost:9090`,
		Args:    exactArgs("ADMIN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runHealth(cmd.Context(), args[0])
		},
	}
}

func runHealth(ctx context.Context, admin string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if _, err := net.ResolveTCPAddr("tcp", admin); err != nil {
		return usageError{fmt.Errorf("%q is no address as localhost:9090: %w", admin, err)}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+admin+"/v2/health/ready", nil)
	if err != nil {
		return err
	}
	direct := http.Client{Transport: new(http.Transport)} // whatever proxy the environment names
	a, err := direct.Do(r)
	if err != nil {
		return diag.Wrap("the service does not answer: %w", err).Cure("check the address, which is that of --admin, and whether the service runs")
	}
	defer a.Body.Close()
	if a.StatusCode != http.StatusOK {
		return diag.Reason("the service at %s takes no requests: it answers %s", admin, a.Status).Cure("it may be starting or ending: ask again, and read its log; the address must be that of --admin")
	}
	return nil
}
