//go:build !probes

package limiter

// Much jitter takes long to fit: it is behind the build tag probes.
var otherRefusals = []lossyPath{
	{"none is lost, and little jitter", 3e-4, 0, false},
	{"3 % are lost", 3e-4, 0.03, true},
}
