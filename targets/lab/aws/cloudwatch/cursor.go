package cloudwatch

import (
	"encoding/base64"
	"fmt"

	"tollgate/targets/lab/aws/protocol"
)

var badToken = protocol.Refusal{Status: 400, Code: "InvalidNextToken", Message: "the token is not one that this endpoint gave out"}

// A cursor is where a page begins. It remembers the horizon of the first page,
// so that minutes which become readable between two pages do not shift the rest.
type cursor struct {
	query   int   // the result
	done    int   // points of it that earlier pages held
	horizon int64 // 0: the first page
}

func (c cursor) first() bool { return c == cursor{} }

func (c cursor) token() string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d %d %d", c.query, c.done, c.horizon))
}

// parseCursor reads a token that token made; "" is the first page.
func parseCursor(token string, results int) (cursor, error) {
	var c cursor
	if token == "" {
		return c, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(token)
	if err == nil {
		_, err = fmt.Sscanf(string(text), "%d %d %d", &c.query, &c.done, &c.horizon)
	}
	if err != nil || c.token() != token || c.query < 0 || c.query >= results || c.done < 0 {
		return c, badToken
	}
	return c, nil
}
