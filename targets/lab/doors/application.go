package doors

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
)

// application is the machine-learning API behind every door of the lab: GET / says
// how it is, POST /predict names the species of an iris, and GET /bytes/N answers
// with N bytes, to see what doors make of large responses.
func application(method, path string, body []byte) *response {
	switch {
	case path == "/" && method == http.MethodGet:
		return healthy
	case path == "/predict" && method == http.MethodPost:
		return predict(body)
	case path == "/" || path == "/predict":
		return wrongMethod
	case strings.HasPrefix(path, "/bytes/") && method == http.MethodGet:
		return sized(path[len("/bytes/"):])
	}
	return wrongPath
}

// largestSized is the largest response that can be asked for: a little more
// than Lambda streams.
const largestSized = 210 << 20

// sized answers with so many bytes: "ok" and spaces.
func sized(digits string) *response {
	n, err := strconv.ParseInt(digits, 10, 32)
	if err != nil || n < 2 || n > largestSized {
		return notSized
	}
	a := newResponse(http.StatusOK, "text/plain", "ok")
	a.padding, a.length = n-2, []string{digits}
	return a
}

const jsonType = "application/json"

var (
	healthy     = newResponse(200, jsonType, `{"message":"ML inference API is healthy","model":"NearestCentroid","trained_on":"iris"}`)
	wrongPath   = newResponse(404, jsonType, `{"error":"there is GET / and POST /predict"}`)
	wrongMethod = newResponse(405, jsonType, `{"error":"there is GET / and POST /predict"}`)
	notSized    = newResponse(400, jsonType, `{"error":"bytes must be from 2 to 220200960"}`)
	notFeatures = newResponse(400, jsonType, `{"error":"the body must be JSON with a list named features"}`)
	notFour     = newResponse(400, jsonType, `{"error":"features must be 4 numbers: sepal length, sepal width, petal length, petal width, in cm"}`)
)

// A species is one class, with the means of its four features in centimetres.
type species struct {
	name     string
	centroid [4]float64
}

// irises are the classes. The means are those of the 50 flowers of each class
// in R. A. Fisher, "The use of multiple measurements in taxonomic problems"
// (1936).
var irises = [...]species{
	{"setosa", [4]float64{5.006, 3.428, 1.462, 0.246}},
	{"versicolor", [4]float64{5.936, 2.770, 4.260, 1.326}},
	{"virginica", [4]float64{6.588, 2.974, 5.552, 2.026}},
}

var predictions = func() (ready [len(irises)]*response) {
	for i, s := range irises {
		ready[i] = newResponse(200, jsonType, fmt.Sprintf(`{"prediction":%d,"class_name":%q}`, i, s.name))
	}
	return ready
}()

func predict(body []byte) *response {
	var asked struct {
		Features []float64 `json:"features"`
	}
	if err := json.Unmarshal(body, &asked); err != nil || asked.Features == nil {
		return notFeatures
	}
	if len(asked.Features) != 4 {
		return notFour
	}
	return predictions[classify([4]float64(asked.Features))]
}

func classify(features [4]float64) int {
	class, nearest := 0, math.Inf(1)
	for i, s := range irises {
		var distance float64
		for j, f := range features {
			distance += (f - s.centroid[j]) * (f - s.centroid[j])
		}
		if distance < nearest {
			class, nearest = i, distance
		}
	}
	return class
}
