package control

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tollgate/targets/lab/aws/protocol"
)

// A Balancer is an Application Load Balancer with one listener.
type Balancer struct {
	Name, Balancer string // the second as CloudWatch has it: app/NAME/ID
	Host           string
	Port           int
	TLS            bool
	Idle, Life     time.Duration // of connections
	Function       string        // behind the default rule; "": there is none
	Rules          []BalancerRule
}

// A BalancerRule is one of its listener. Conditions that are "" are not there.
type BalancerRule struct {
	Method, Path, Host string
	Function           string
	Action             string // in place of forwarding to the function; "": that
}

// Balancing answers for load balancers. It is read only.
type Balancing struct{ balancers []Balancer }

// NewBalancing returns a Balancing with the given load balancers.
func NewBalancing(balancers ...Balancer) *Balancing { return &Balancing{balancers} }

// Service returns Elastic Load Balancing's API, as far as descriptions go.
// Source: Elastic Load Balancing API reference, version 2015-12-01, "DescribeLoadBalancers",
// "DescribeLoadBalancerAttributes", "DescribeListeners", "DescribeRules",
// "DescribeTargetGroups" and "DescribeTargetHealth".
func (b *Balancing) Service() *protocol.Service {
	return &protocol.Service{
		Name: "ElasticLoadBalancing_v10", Shapes: "com.amazonaws.elasticloadbalancing.v2",
		Query: protocol.Query{Version: "2015-12-01", XML: "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"},
		Operations: map[string]protocol.Operation{
			"DescribeLoadBalancers": b.describe, "DescribeLoadBalancerAttributes": b.attributes, "DescribeListeners": b.listeners,
			"DescribeRules": b.rules, "DescribeTargetGroups": b.groups, "DescribeTargetHealth": b.health,
		},
	}
}

// arn is one of a load balancer and what belongs to it.
func (b Balancer) arn(of, further string) string {
	return "arn:aws:elasticloadbalancing:" + Region + ":" + Account + ":" + of + "/" + b.Balancer + further
}

// ARN is that of the load balancer.
func (b Balancer) ARN() string { return b.arn("loadbalancer", "") }

func (b Balancer) listener() string { return b.arn("listener", "/1") }

// group is the target group of a function.
func group(function string) string {
	return "arn:aws:elasticloadbalancing:" + Region + ":" + Account + ":targetgroup/" + strings.ReplaceAll(function, ":", "-") + "/1"
}

// groups are the functions behind it, each in a target group, once.
func (b Balancer) functions() (all []string) {
	for _, f := range append([]string{b.Function}, functionsOf(b.Rules)...) {
		if f != "" && !slices.Contains(all, f) {
			all = append(all, f)
		}
	}
	return all
}

func functionsOf(rules []BalancerRule) (all []string) {
	for _, r := range rules {
		all = append(all, r.Function)
	}
	return all
}

// find is the load balancer whose part an ARN names.
func (b *Balancing) find(arn, code, what string) (Balancer, error) {
	for _, one := range b.balancers {
		if strings.Contains(arn, "/"+one.Balancer) {
			return one, nil
		}
	}
	return Balancer{}, protocol.Bad(code, fmt.Sprintf("One or more %s not found", what))
}

func (b *Balancing) describe(f protocol.Form) (protocol.Object, error) {
	names, arns := f.Texts("Names", 20), f.Texts("LoadBalancerArns", 20)
	if err := f.Err(); err != nil {
		return nil, err
	}
	all := []any{}
	for _, one := range b.balancers {
		if asked := len(names)+len(arns) > 0; asked && !slices.Contains(names, one.Name) && !slices.Contains(arns, one.arn("loadbalancer", "")) {
			continue
		}
		zones := []any{}
		for _, zone := range []string{"a", "b"} {
			zones = append(zones, protocol.Object{"ZoneName": Region + zone, "SubnetId": "subnet-" + zone})
		}
		all = append(all, protocol.Object{
			"LoadBalancerName": one.Name, "LoadBalancerArn": one.arn("loadbalancer", ""), "DNSName": one.Host, "Type": "application", "Scheme": "internet-facing",
			"AvailabilityZones": zones, "State": protocol.Object{"Code": "active"},
		})
	}
	if missing := len(names) + len(arns) - len(all); missing > 0 {
		return nil, protocol.Bad("LoadBalancerNotFound", fmt.Sprintf("Load balancers '[%s]' not found", strings.Join(append(names, arns...), ", ")))
	}
	return protocol.Object{"LoadBalancers": all}, nil
}

func (b *Balancing) attributes(f protocol.Form) (protocol.Object, error) {
	one, err := b.find(f.NeedText("LoadBalancerArn"), "LoadBalancerNotFound", "load balancers")
	if err != nil {
		return nil, err
	}
	seconds := func(d time.Duration) string { return strconv.Itoa(int(d.Seconds())) }
	return protocol.Object{"Attributes": []any{
		protocol.Object{"Key": "idle_timeout.timeout_seconds", "Value": seconds(one.Idle)},
		protocol.Object{"Key": "client_keep_alive.seconds", "Value": seconds(one.Life)},
	}}, nil
}

func (b *Balancing) listeners(f protocol.Form) (protocol.Object, error) {
	one, err := b.find(f.NeedText("LoadBalancerArn"), "LoadBalancerNotFound", "load balancers")
	if err != nil {
		return nil, err
	}
	protocolName := "HTTP"
	if one.TLS {
		protocolName = "HTTPS"
	}
	return protocol.Object{"Listeners": []any{protocol.Object{
		"ListenerArn": one.listener(), "LoadBalancerArn": one.arn("loadbalancer", ""), "Port": float64(one.Port), "Protocol": protocolName, "DefaultActions": []any{action("", one.Function)},
	}}}, nil
}

// action forwards to a function, or does something else.
func action(kind, function string) protocol.Object {
	if kind != "" || function == "" {
		if kind == "" {
			kind = "fixed-response"
		}
		return protocol.Object{"Type": kind}
	}
	return protocol.Object{"Type": "forward", "TargetGroupArn": group(function)}
}

func (b *Balancing) rules(f protocol.Form) (protocol.Object, error) {
	one, err := b.find(f.NeedText("ListenerArn"), "ListenerNotFound", "listeners")
	if err != nil {
		return nil, err
	}
	all := []any{}
	for i, r := range one.Rules {
		conditions := []any{}
		for _, c := range []struct{ field, config, value string }{
			{"path-pattern", "PathPatternConfig", r.Path}, {"host-header", "HostHeaderConfig", r.Host}, {"http-request-method", "HttpRequestMethodConfig", r.Method},
		} {
			if c.value != "" {
				conditions = append(conditions, protocol.Object{"Field": c.field, c.config: protocol.Object{"Values": []any{c.value}}})
			}
		}
		all = append(all, protocol.Object{
			"RuleArn": one.arn("listener-rule", fmt.Sprintf("/1/%d", i+1)), "Priority": strconv.Itoa(i + 1), "IsDefault": false, "Conditions": conditions, "Actions": []any{action(r.Action, r.Function)},
		})
	}
	all = append(all, protocol.Object{"RuleArn": one.arn("listener-rule", "/1/default"), "Priority": "default", "IsDefault": true, "Conditions": []any{}, "Actions": []any{action("", one.Function)}})
	return protocol.Object{"Rules": all}, nil
}

func (b *Balancing) groups(f protocol.Form) (protocol.Object, error) {
	one, err := b.find(f.NeedText("LoadBalancerArn"), "LoadBalancerNotFound", "load balancers")
	if err != nil {
		return nil, err
	}
	all := []any{}
	for _, function := range one.functions() {
		all = append(all, protocol.Object{"TargetGroupArn": group(function), "TargetGroupName": strings.ReplaceAll(function, ":", "-"), "TargetType": "lambda"})
	}
	return protocol.Object{"TargetGroups": all}, nil
}

func (b *Balancing) health(f protocol.Form) (protocol.Object, error) {
	asked := f.NeedText("TargetGroupArn")
	for _, one := range b.balancers {
		for _, function := range one.functions() {
			if group(function) == asked {
				return protocol.Object{"TargetHealthDescriptions": []any{protocol.Object{"Target": protocol.Object{"Id": arn(function)}, "TargetHealth": protocol.Object{"State": "unavailable"}}}}, nil
			}
		}
	}
	return nil, protocol.Bad("TargetGroupNotFound", "One or more target groups not found")
}
