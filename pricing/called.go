package pricing

// A Call is what single routes of an API lead to in place of a function, in a month.
type Call struct {
	Of       string // "DynamoDB PutItem"
	Type     string // of integration: "dynamodb"
	Requests Amount
}

// CallNotes say what a bill leaves out of the services and servers that are called in place
// of a function: what they charge depends on sizes and modes that no request tells.
func CallNotes(t Traffic) (notes []string) {
	for _, c := range t.Called {
		if c.Requests.Quantity.Sign() > 0 && c.Type != "mock" {
			notes = append(notes, "no function is invoked for "+Figure(c.Requests.Quantity.floor())+" requests a month, which lead to "+c.Of+": what that charges is not in this bill")
		}
	}
	return notes
}
