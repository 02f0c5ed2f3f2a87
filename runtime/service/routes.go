package service

import (
	"net/http"
	"path"
	"slices"
	"strings"
)

// route is a row of the API; openapi.json has the same.
type route struct {
	method, path string
	id           string // of the operation
	open         bool   // to everybody, also while the service drains
	serve        func(*Service, *call) error
	problems     []*kind // that it may answer with, besides those of every route
}

// anyRoute and clientRoute are the problems of every route, and of those that are for clients.
var (
	anyRoute    = []*kind{internal}
	clientRoute = []*kind{unauthorized, clientBusy, busy, draining}
)

var routes = []*route{
	{"GET", "/v2/health/live", "live", true, (*Service).live, nil},
	{"GET", "/v2/health/ready", "ready", true, (*Service).ready, []*kind{draining}},
	{"GET", "/openapi.json", "openapi", true, (*Service).openAPI, nil},
	{"GET", "/v1/plans", "listPlans", false, (*Service).listPlans, nil},
	{"GET", "/v1/plans/{plan}", "getPlan", false, (*Service).getPlan, []*kind{unknownPlan}},
	{"GET", "/v1/plans/{plan}/client", "getClientFile", false, (*Service).getClientFile, []*kind{unknownPlan}},
	{"POST", "/v1/plans/{plan}/inferences", "infer", false, (*Service).infer, []*kind{
		unknownPlan, unknownKeySet, malformed, damaged, foreign, mediaType, lengthRequired, tooLarge, slowClient, tookTooLong, damagedKeySet,
	}},
	{"POST", "/v1/keysets", "beginKeySet", false, (*Service).beginKeySet, []*kind{
		unknownPlan, malformed, mediaType, tooLarge, slowClient, tooManyKeySets, storeFull,
	}},
	{"GET", "/v1/keysets", "listKeySets", false, (*Service).listKeySets, nil},
	{"GET", "/v1/keysets/{keyset}", "getKeySet", false, (*Service).getKeySet, []*kind{unknownKeySet}},
	{"DELETE", "/v1/keysets/{keyset}", "deleteKeySet", false, (*Service).deleteKeySet, []*kind{unknownKeySet}},
	{"PUT", "/v1/keysets/{keyset}/parts/{part}", "putPart", false, (*Service).putPart, []*kind{
		unknownKeySet, malformed, mediaType, tooLarge, slowClient, partSize, partDiffers, storeFull,
	}},
	{"POST", "/v1/keysets/{keyset}/commit", "commitKeySet", false, (*Service).commitKeySet, []*kind{
		unknownKeySet, unknownPlan, partsMissing, wrongHash, refusedKeys, storeFull,
	}},
	{"POST", "/v1/batches", "beginBatch", false, (*Service).beginBatch, []*kind{
		noBatches, unknownPlan, unknownKeySet, unknownBatch, malformed, foreign, mediaType, tooLarge, slowClient, batchDiffers,
	}},
	{"GET", "/v1/batches", "listBatches", false, (*Service).listBatches, []*kind{noBatches}},
	{"GET", "/v1/batches/{batch}", "getBatch", false, (*Service).getBatch, []*kind{noBatches, unknownBatch}},
	{"DELETE", "/v1/batches/{batch}", "deleteBatch", false, (*Service).deleteBatch, []*kind{noBatches, unknownBatch}},
	{"PUT", "/v1/batches/{batch}/items/{item}", "putItem", false, (*Service).putItem, []*kind{
		noBatches, unknownBatch, malformed, mediaType, lengthRequired, tooLarge, slowClient, batchDiffers,
	}},
	{"GET", "/v1/batches/{batch}/result", "getResult", false, (*Service).getResult, []*kind{noBatches, unknownBatch, malformed}},
}

func (s *Service) newMux(routes []*route) *http.ServeMux {
	mux := http.NewServeMux()
	for _, to := range routes {
		mux.HandleFunc(to.method+" "+to.path, func(w http.ResponseWriter, r *http.Request) {
			c := w.(*call)
			c.r, c.route = r, to // the request has now what the path's wildcards stand for
			c.err = s.admit(c)
		})
	}
	return mux
}

// ServeHTTP answers a request.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := s.begin(w, r)
	defer s.end(c)
	if r.URL.Path != path.Clean("/"+r.URL.Path) { // the mux would redirect
		c.err = refuse(noRoute, "the path is not in its shortest form")
	} else if s.hasPage(r) {
		c.route = pageRoute
		s.page.ServeHTTP(c, r)
	} else if _, pattern := s.mux.Handler(r); pattern == "" {
		c.err = s.noSuch(r)
	} else {
		s.mux.ServeHTTP(c, r)
	}
}

// pageRoute is all files of the page, which are for everybody and no part of the API.
var pageRoute = &route{id: "page", open: true}

func (s *Service) hasPage(r *http.Request) bool {
	return s.page != nil && (r.Method == http.MethodGet || r.Method == http.MethodHead) && s.page.Has(r.URL.Path)
}

// noSuch tells a path that there is not from one that has other methods.
func (s *Service) noSuch(r *http.Request) error {
	var allow []string
	for _, method := range []string{"GET", "HEAD", "POST", "PUT", "DELETE"} {
		other := *r
		other.Method = method
		if _, pattern := s.mux.Handler(&other); pattern != "" {
			allow = append(allow, method)
		}
	}
	if len(allow) == 0 {
		return refuse(noRoute, "no route has that path")
	}
	slices.Sort(allow)
	no := refuse(wrongMethod, "its methods are %s", strings.Join(allow, ", "))
	no.allow = strings.Join(allow, ", ")
	return no
}

// admit lets a request in if its client is known and has not too much in flight.
func (s *Service) admit(c *call) error {
	if c.route.open {
		return c.route.serve(s, c)
	}
	if s.draining.Load() {
		c.Header().Set("Connection", "close")
		return later(draining, s.limits.Grace, "it takes no new requests")
	}
	var err error
	if c.client, err = s.identify(c.r); err != nil {
		return err
	}
	leave, over := s.inFlight.take(c.client, 1)
	if over != nil {
		return later(over, s.slots.estimate(), "too many requests are in flight")
	}
	defer leave()
	return c.route.serve(s, c)
}
