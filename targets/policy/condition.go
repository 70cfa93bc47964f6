package policy

import (
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// A condition is one key of one operator of a statement.
type condition struct {
	read    func(Call) string
	matches func(value, want string) bool
	wants   []string
	not     bool // none may match, where otherwise one must
	missing bool // what it says where the call lacks the key
}

func (c *condition) holds(call Call) bool {
	value := c.read(call)
	if value == "" {
		return c.missing
	}
	one := slices.ContainsFunc(c.wants, func(want string) bool { return c.matches(value, want) })
	return one != c.not
}

// keys are the condition keys that a call answers, in lower case.
var keys = map[string]func(Call) string{
	"aws:sourceip": func(c Call) string {
		if c.Endpoint != "" { // the address is one of the VPC's, which only aws:VpcSourceIp has
			return ""
		}
		return addressText(c.Address)
	},
	"aws:vpcsourceip": func(c Call) string {
		if c.Endpoint == "" {
			return ""
		}
		return addressText(c.Address)
	},
	"aws:sourcevpce":       func(c Call) string { return c.Endpoint },
	"aws:useragent":        func(c Call) string { return c.UserAgent },
	"aws:referer":          func(c Call) string { return c.Referer },
	"aws:securetransport":  func(c Call) string { return strconv.FormatBool(c.Secure) },
	"aws:principalarn":     func(c Call) string { return c.Principal },
	"aws:principalaccount": func(c Call) string { return strings.Split(c.Principal+":::::", ":")[4] },
}

func addressText(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.Unmap().String()
}

// operators are those of conditions, without their negations.
var operators = map[string]func(value, want string) bool{
	"IpAddress": func(value, want string) bool {
		a, err := netip.ParseAddr(value)
		prefix, bad := prefixOf(want)
		return err == nil && bad == nil && prefix.Contains(a)
	},
	"StringEquals":           func(value, want string) bool { return value == want },
	"StringEqualsIgnoreCase": strings.EqualFold,
	"StringLike":             func(value, want string) bool { return glob(want, value) },
	"Bool":                   strings.EqualFold,
}

// negations name the operator that each of them negates.
var negations = map[string]string{
	"NotIpAddress": "IpAddress", "StringNotEquals": "StringEquals", "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase", "StringNotLike": "StringLike",
}

func prefixOf(text string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	return netip.ParsePrefix(text)
}

// An operatorUse is an operator as a statement has it.
type operatorUse struct {
	written, base string
	not, ifExists bool
}

// eachCondition passes on each key of each operator, in order, and reports operators that are
// not modelled.
func (r reader) eachCondition(all map[string]map[string]texts, see func(o operatorUse, key string, wants texts)) {
	for _, operator := range slices.Sorted(maps.Keys(all)) {
		name, ifExists := strings.CutSuffix(operator, "IfExists")
		base, not := negations[name]
		if !not {
			base = name
		}
		if operators[base] == nil {
			r.report("%s.Condition.%s: this operator is not modelled; %s are, with their negations and IfExists", r.at, operator, strings.Join(slices.Sorted(maps.Keys(operators)), ", "))
			continue
		}
		for _, key := range slices.Sorted(maps.Keys(all[operator])) {
			see(operatorUse{operator, base, not, ifExists}, key, all[operator][key])
		}
	}
}

func (r reader) conditions(all map[string]map[string]texts) (out []condition) {
	r.eachCondition(all, func(o operatorUse, key string, wants texts) {
		read := keys[strings.ToLower(key)]
		if read == nil {
			r.report("%s.Condition.%s: the key %s is not modelled: the lab knows %s", r.at, o.written, key, strings.Join(slices.Sorted(maps.Keys(keys)), ", "))
			return
		}
		r.wants(o.written, o.base, key, wants)
		out = append(out, condition{read, operators[o.base], wants, o.not, o.not || o.ifExists})
	})
	return out
}

// wants checks the values of a key.
func (r reader) wants(operator, base, key string, wants texts) {
	if len(wants) == 0 {
		r.report("%s.Condition.%s.%s: give at least one value", r.at, operator, key)
	}
	for _, want := range wants {
		if _, err := prefixOf(want); base == "IpAddress" && err != nil {
			r.report("%s.Condition.%s.%s: %q is not an address or a range such as 192.0.2.0/24", r.at, operator, key, want)
		}
	}
}
