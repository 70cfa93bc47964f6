package doors

import (
	"strings"
	"testing"
)

func TestAddressesBeyondLoopbackAreForThoseWhoAskForThem(t *testing.T) {
	for text, want := range map[string]string{
		`{"listen": "127.0.0.1:0", "doors": [{"kind": "alb", "listen": "[::1]:0"}]}`: "",
		`{"listen": "0.0.0.0:80"}`:                               `listen: the lab serves this machine only; "0.0.0.0" must be`,
		`{"doors": [{"kind": "alb", "listen": "10.1.2.3:80"}]}`:  `doors[0].listen: the lab serves this machine only`,
		`{"doors": [{"kind": "alb", "listen": "localhost:80"}]}`: `doors[0].listen: the lab serves this machine only`,
		`{"beyond_loopback": true, "listen": "0.0.0.0:80"}`:      "",
		`{"beyond_loopback": true, "listen": ":80"}`:             `listen: "" must be an address of this machine`,
	} {
		_, _, err := ParseConfig("lab.json", []byte(text))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestAHostIsForTheAddressesThatAreNotGiven(t *testing.T) {
	c := Config{Doors: []DoorConfig{{Kind: "alb"}, {Kind: "origin", Listen: "127.0.0.1:8080"}}}.ListenAt("10.1.2.3")
	if !c.Beyond || c.Listen != "10.1.2.3:0" || c.Doors[0].Listen != "10.1.2.3:0" || c.Doors[1].Listen != "127.0.0.1:8080" {
		t.Errorf("%+v", c)
	}
	if c := (Config{}).ListenAt("127.0.0.2"); c.Beyond || len(c.Doors) != len(servedByDefault()) || c.Doors[3].Listen != "127.0.0.2:0" {
		t.Errorf("%+v", c)
	}
	if c := (Config{}).ListenAt("everywhere"); c.Beyond || c.Validate() == nil {
		t.Errorf("%+v", c)
	}
}

func TestWhatOthersCanReachIsListed(t *testing.T) {
	if l := open(t, quick()); len(l.addresses) != 5 || l.Exposed() != nil {
		t.Errorf("%v of %v", l.Exposed(), l.addresses)
	}
	l := Set{addresses: []string{"127.0.0.1:1", "[::]:2", "10.1.2.3:3", "[::1]:4"}}
	if got := strings.Join(l.Exposed(), " "); got != "[::]:2 10.1.2.3:3" {
		t.Error(got)
	}
	for at, want := range map[string]string{"[::]:2": "127.0.0.1:2", "0.0.0.0:2": "127.0.0.1:2", "127.0.0.1:3": "127.0.0.1:3", "[::1]:4": "[::1]:4"} {
		if got := dialled(at); got != want {
			t.Errorf("%s is dialled at %s", at, got)
		}
	}
}
