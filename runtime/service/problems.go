package service

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"
)

// kind is a kind of problem: what clients tell problems apart by.
type kind struct {
	name   string // its type is urn:hecc:problem:NAME
	status int
	title  string
	cure   string // unless the place that refuses knows a better one
}

const problemType = "urn:hecc:problem:"

var (
	unauthorized   = &kind{"unauthorized", http.StatusUnauthorized, "the request names no client that is known here", "send the header `Authorization: Bearer TOKEN` with a token that hecc token made for this service, or a client certificate"}
	noRoute        = &kind{"no-such-route", http.StatusNotFound, "there is no such resource", "GET /openapi.json lists all routes"}
	wrongMethod    = &kind{"method-not-allowed", http.StatusMethodNotAllowed, "the resource does not have this method", "use one of the methods in the header Allow"}
	unknownPlan    = &kind{"unknown-plan", http.StatusNotFound, "this service has no such plan", "GET /v1/plans lists the plans"}
	unknownKeySet  = &kind{"unknown-keyset", http.StatusNotFound, "the client has no such key set", "upload it: POST /v1/keysets, then its parts, then commit"}
	malformed      = &kind{"malformed", http.StatusBadRequest, "the request is not as the API describes it", "see GET /openapi.json"}
	damaged        = &kind{"damaged", http.StatusBadRequest, "the body is not the file that it should be", "make it again with the client file of this plan, and send it whole"}
	mediaType      = &kind{"media-type", http.StatusUnsupportedMediaType, "the body has another media type than this route takes", "send files as application/octet-stream and objects as application/json, both without Content-Encoding"}
	lengthRequired = &kind{"length-required", http.StatusLengthRequired, "the request does not say how long its body is", "send the header Content-Length"}
	tooLarge       = &kind{"too-large", http.StatusRequestEntityTooLarge, "the body has more bytes than are taken", "send fewer samples at a time"}
	partSize       = &kind{"part-size", http.StatusUnprocessableEntity, "the part has not the bytes that it must have", "cut the file into parts of part_bytes, the last of which may be shorter"}
	partDiffers    = &kind{"part-differs", http.StatusConflict, "the part is there already with other bytes", "DELETE the key set and upload it again, if this file is the right one"}
	partsMissing   = &kind{"parts-missing", http.StatusConflict, "parts are still to come", "send the parts that GET /v1/keysets/{keyset} does not list as received"}
	wrongHash      = &kind{"wrong-hash", http.StatusUnprocessableEntity, "the parts together are not the file that was announced; they were thrown away", "upload the file again"}
	refusedKeys    = &kind{"refused-keys", http.StatusUnprocessableEntity, "the file is not the evaluation keys that the plan asks for; it was thrown away", "make keys with the client file of this plan"}
	foreign        = &kind{"foreign", http.StatusConflict, "the request belongs to another plan or another key set", "encrypt with the secret key of this key set, for this plan"}
	tooManyKeySets = &kind{"too-many-keysets", http.StatusConflict, "the client has as many key sets as it may have", "DELETE one that is not used any more"}
	storeFull      = &kind{"store-full", http.StatusInsufficientStorage, "the service has no room for more key sets", "ask who runs the service"}
	slowClient     = &kind{"slow-client", http.StatusRequestTimeout, "the body came too slowly", "send it again, over a faster connection or with fewer samples"}
	clientBusy     = &kind{"client-busy", http.StatusTooManyRequests, "the client has as much in flight as one may have", "send the request again after Retry-After seconds, and fewer at a time"}
	busy           = &kind{"busy", http.StatusServiceUnavailable, "the service has as much to do as it takes on", "send the request again after Retry-After seconds"}
	draining       = &kind{"draining", http.StatusServiceUnavailable, "the service is ending", "send the request again after Retry-After seconds, when it is back or to another one"}
	tookTooLong    = &kind{"took-too-long", http.StatusGatewayTimeout, "the inference took longer than one may", "send fewer samples at a time"}
	damagedKeySet  = &kind{"damaged-keyset", http.StatusInternalServerError, "the key set was damaged while it was stored", "DELETE it and upload it again"}
	noBatches      = &kind{"no-batches", http.StatusNotFound, "this service takes no batches", "send requests one by one: POST /v1/plans/{plan}/inferences"}
	unknownBatch   = &kind{"unknown-batch", http.StatusNotFound, "the client has no such batch", "begin it: POST /v1/batches; batches are deleted when they are a day old"}
	batchDiffers   = &kind{"batch-differs", http.StatusConflict, "the batch or the item is there already, and is another one", "draw another ID for another batch, or DELETE this one"}
	lostJob        = &kind{"lost-job", http.StatusInternalServerError, "workers ended while they computed the item", "tell who runs the service; send the item in another batch, with fewer samples"}
	internal       = &kind{"internal", http.StatusInternalServerError, "the service failed", "tell who runs the service the instance that this problem names"}
)

// clientGone is never sent; logs and metrics have it as a status.
const clientGone = 499

// refusal is a problem of one request.
type refusal struct {
	kind   *kind
	detail string
	retry  time.Duration // when to try again; 0: not for waiting
	allow  string        // methods, of wrongMethod
}

func (r *refusal) Error() string { return r.kind.title + ": " + r.detail }

// refuse makes a refusal with what is known of this case.
func refuse(k *kind, format string, args ...any) *refusal {
	return &refusal{kind: k, detail: fmt.Sprintf(format, args...)}
}

// later makes a refusal for now.
func later(k *kind, after time.Duration, format string, args ...any) *refusal {
	r := refuse(k, format, args...)
	r.retry = max(after, time.Second)
	return r
}

// problem is a problem detail of RFC 9457.
type problem struct {
	Type     string `json:"type"`
	Title    string `json:"title"`
	Status   int    `json:"status"`
	Detail   string `json:"detail"`
	Cure     string `json:"cure"`
	Instance string `json:"instance"`
}

// write sends the problem.
func (r *refusal) write(w http.ResponseWriter, request string) {
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	if r.retry > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(r.retry.Seconds()))))
	}
	if r.allow != "" {
		h.Set("Allow", r.allow)
	}
	if r.kind == unauthorized {
		h.Set("WWW-Authenticate", "Bearer")
	}
	w.WriteHeader(r.kind.status)
	k := r.kind
	text, err := json.Marshal(problem{problemType + k.name, k.title, k.status, r.detail, k.cure, "urn:hecc:request:" + request})
	if err != nil {
		panic(err) // strings and numbers can be written
	}
	_, _ = w.Write(append(text, '\n')) // the client has gone if this fails
}
