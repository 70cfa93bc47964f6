package fanout

import (
	"bytes"
	"encoding/json"
)

// leastMark is how long a value must be, in bytes, to tell messages from each other: a
// shorter one may stand in another message by chance.
const leastMark = 8

// marksOf are the values of each message that stand in no other one: the texts and numbers
// of a message in JSON, and any other message as a whole.
func marksOf(messages [][]byte) [][][]byte {
	all, count := make([][][]byte, len(messages)), map[string]int{}
	for i, m := range messages {
		all[i] = valuesIn(m)
		distinct := map[string]bool{}
		for _, v := range all[i] {
			distinct[string(v)] = true
		}
		for v := range distinct {
			count[v]++
		}
	}
	for i, values := range all {
		var own [][]byte
		for _, v := range values {
			if count[string(v)] == 1 {
				own = append(own, v)
			}
		}
		all[i] = own
	}
	return all
}

// valuesIn are the values of a message, as they stand in JSON.
func valuesIn(message []byte) (all [][]byte) {
	d := json.NewDecoder(bytes.NewReader(message))
	d.UseNumber()
	var doc any
	if d.Decode(&doc) != nil {
		return [][]byte{message}
	}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for _, field := range v {
				walk(field)
			}
		case []any:
			for _, item := range v {
				walk(item)
			}
		case string:
			if text, err := json.Marshal(v); err == nil && len(text) >= leastMark+2 {
				all = append(all, text[1:len(text)-1])
			}
		case json.Number:
			if len(v) >= leastMark {
				all = append(all, []byte(v))
			}
		}
	}
	walk(doc)
	return all
}
