package pricing

// A Line is one priced dimension.
type Line struct {
	Dimension  string   `json:"dimension"`
	Title      string   `json:"title"`
	Unit       Unit     `json:"unit"`
	Quantity   Quantity `json:"quantity"`
	Cost       Money    `json:"usd"`
	Basis      Basis    `json:"basis"`
	Derivation string   `json:"derivation"` // from traffic to quantity to dollars
	Source     string   `json:"source"`     // of the rate: price book entry with its date
	Unverified bool     `json:"unverified,omitempty"`
}

// A Bill is what one month at one door costs.
type Bill struct {
	Region   string   `json:"region"`
	Book     string   `json:"book"`      // name and date of the price book
	Month    Money    `json:"month_usd"` // the sum of the lines
	Lines    []Line   `json:"lines"`
	Warnings []string `json:"warnings,omitempty"` // what the bill leaves out or could not know
}
