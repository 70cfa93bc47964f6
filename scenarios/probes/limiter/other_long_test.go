//go:build probes

package limiter

var otherRefusals = []lossyPath{
	{"none is lost, and little jitter", 3e-4, 0, false},
	{"none is lost, and much jitter", 3e-3, 0, false},
	{"3 % are lost", 3e-4, 0.03, true},
	{"3 % are lost, and much jitter", 3e-3, 0.03, true},
}
