package doors

import (
	"cmp"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestWhatGoesWrongInAFunctionIsShownAsEachDoorShowsIt(t *testing.T) {
	for handler, want := range map[string]map[string]int{ // by kind; the others: 502
		"throw":     {"http-api": 500},
		"crash":     {"http-api": 500},
		"malformed": {"http-api": 500},
		"too much":  {"http-api": 500},
		"hang":      {"http-api": 500},
	} {
		t.Run(handler, func(t *testing.T) {
			t.Parallel()
			f := real(t, handler)
			f.Timeout = Duration(time.Minute)
			if handler == "hang" {
				f.Timeout = Duration(300 * time.Millisecond)
			}
			l := open(t, Config{Function: f})
			for _, door := range l.Doors() {
				if status, _, body := send(t, "GET", door.URL+"/", ""); status != cmp.Or(want[door.Kind], 502) {
					t.Errorf("%s: %d %s", door.Kind, status, body)
				}
			}
			for _, truth := range l.Truth().Doors {
				if truth.Invocations != 1 || truth.Errors != 1 {
					t.Errorf("the truth of %s is %+v", truth.Kind, truth)
				}
			}
		})
	}
}

func TestAFunctionGoesOnWhenItsDoorHasGivenUp(t *testing.T) {
	t.Parallel()
	l := open(t, Config{Function: real(t, "late"), Doors: []DoorConfig{{Kind: "rest-api", Timeout: Duration(time.Millisecond)}}})
	if status, _, body := send(t, "GET", l.Doors()[0].URL+"/", ""); status != http.StatusGatewayTimeout {
		t.Errorf("got %d %s", status, body)
	}
	for begun := time.Now(); l.Truth().Doors[0].Invocations == 0; time.Sleep(10 * time.Millisecond) { // it counts when it ends
		if time.Since(begun) > 2*time.Minute {
			t.Fatalf("it never counted: %+v", l.Truth().Doors[0])
		}
	}
	if truth := l.Truth().Doors[0]; truth.Errors != 0 || truth.DurationMS < 300 {
		t.Errorf("the truth is %+v", truth)
	}
}

func TestWhatARealFunctionMayNotHaveIsSaid(t *testing.T) {
	memory := Function{Memory: 64}
	for want, c := range map[string]Config{
		"function.memory: 64MB must be from 128MB to 10240MB":            {Function: memory},
		`function.log_group: "a b" must be the name of a log group`:      {Function: Function{LogGroup: "a b"}},
		`doors[1].function.log_group: "/ml" is that of doors[0]`:         {Doors: []DoorConfig{{Kind: "alb", Function: &Function{LogGroup: "/ml"}}, {Kind: "http-api", Function: &Function{LogGroup: "/ml"}}}},
		`function.log_format: "xml" must be text or json`:                {Function: Function{LogFormat: "xml"}},
		"function.command: a handler, a directory":                       {Function: Function{Handler: "h"}},
		"function.command: the first word must name a program":           {Function: Function{Command: []string{""}}},
		"function: thrown, malformed, provisioned":                       {Function: Function{Command: []string{"x"}, Thrown: 0.5}},
		`function.environment: "a b" must be letters`:                    {Function: Function{Command: []string{"x"}, Environment: map[string]string{"a b": "secret"}}},
		"function.environment: AWS_REGION is set by Lambda":              {Function: Function{Command: []string{"x"}, Environment: map[string]string{"AWS_REGION": "secret"}}},
		"function.environment: the value of A must not hold":             {Function: Function{Command: []string{"x"}, Environment: map[string]string{"A": "secret\x00"}}},
		"are more than the 4096":                                         {Function: Function{Command: []string{"x"}, Environment: map[string]string{"A": strings.Repeat("secret", 1000)}}},
		"doors[0].payload_format: a door of kind alb has none":           {Doors: []DoorConfig{{Kind: "alb", Payload: "1.0"}}},
		`doors[0].payload_format: "3.0" must be`:                         {Doors: []DoorConfig{{Kind: "http-api", Payload: "3.0"}}},
		"doors[0].multi_value_headers: a door of kind http-api has none": {Doors: []DoorConfig{{Kind: "http-api", MultiValue: true}}},
		"doors[0].binary_media_types: a door of kind http-api has none":  {Doors: []DoorConfig{{Kind: "http-api", Binary: []string{"a/b"}}}},
		`doors[0].binary_media_types: "png" must be like`:                {Doors: []DoorConfig{{Kind: "rest-api", Binary: []string{"png"}}}},
		"doors[0].stream_first_byte: only a modelled function":           {Function: Function{Command: []string{"x"}}, Doors: []DoorConfig{{Kind: "function-url", FirstByte: 0.5}}},
		"function: init and duration are of modelled functions":          {Function: Function{Command: []string{"x"}, Init: &LogNormal{Median: 1}}},
	} {
		err := c.Validate()
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	if _, err := Start(Config{Function: Function{Command: []string{"./no-such-program"}}}); err == nil || !strings.Contains(err.Error(), "cannot be started") {
		t.Errorf("a command that is not there: %v", err)
	}
}
