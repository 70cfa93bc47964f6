package targets

import "testing"

func TestAMaskTakesSecretsOutOfNamesOfFields(t *testing.T) {
	m := NewMask("kQ7vZp2mXw9RtB4n")
	for said, want := range map[string]string{
		"Content-Type":              "Content-Type",
		"X-Kq7vzp2mxw9rtb4n":        "X-***",
		"x-kq7vzp2mxw9rtb4n-suffix": "x-***-suffix",
		"x-kq7vzp2mxw":              "x-***", // cut short
	} {
		if got := m.Text(said); got != want {
			t.Errorf("%s is shown as %s, want %s", said, got, want)
		}
	}
}
