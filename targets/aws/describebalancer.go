package aws

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	balancing "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// Source: Elastic Load Balancing API reference, "CreateLoadBalancer", Name.
var (
	balancerName = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?$`)
	balancerARN  = regexp.MustCompile(`^arn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]+:[0-9]{12}:loadbalancer/app/[A-Za-z0-9-]+/[0-9a-f]+$`)
)

// CheckBalancer says why a text is neither the name nor the ARN of a load balancer.
func CheckBalancer(text string) error {
	if balancerName.MatchString(text) || balancerARN.MatchString(text) {
		return nil
	}
	return fmt.Errorf("%q is neither the name of a load balancer (letters, digits and hyphens, at most 32) nor the ARN of an Application Load Balancer", text)
}

// DescribeBalancer describes an Application Load Balancer with one of its listeners: the one
// by HTTPS, if there is one that forwards requests.
func (a *Account) DescribeBalancer(ctx context.Context, name string) (Described, error) {
	d := a.draft("load balancer " + name)
	b, err := d.balancer(ctx, name)
	if err != nil {
		return Described{}, err
	}
	arn := aws.ToString(b.LoadBalancerArn)
	listeners, err := d.listeners(ctx, arn)
	if err != nil {
		return Described{}, err
	}
	if len(listeners) == 0 {
		return Described{}, fmt.Errorf("the load balancer %s has no listener: nothing reaches it", name)
	}
	l := listeners[0]
	if len(listeners) > 1 {
		var others []string
		for _, other := range listeners[1:] {
			others = append(others, fmt.Sprintf("%s on port %d", other.Protocol, aws.ToInt32(other.Port)))
		}
		d.unseen("This is the listener for %s on port %d. Others are left out: %s.", l.Protocol, aws.ToInt32(l.Port), strings.Join(others, ", "))
	}
	id := aws.ToString(b.LoadBalancerName)
	d.made.Physical[id] = arn
	d.made.Outputs[id] = addressOf(b, l)
	attributes, err := d.attributes(ctx, arn)
	if err != nil {
		return Described{}, err
	}
	d.add(id, "AWS::ElasticLoadBalancingV2::LoadBalancer", properties{
		"Name": id, "Type": string(b.Type), "Scheme": string(b.Scheme), "Subnets": zones(b), "LoadBalancerAttributes": attributes,
	})
	return d.rules(ctx, id, arn, l)
}

// balancer finds it by its name or ARN.
func (d *draft) balancer(ctx context.Context, name string) (types.LoadBalancer, error) {
	in := &balancing.DescribeLoadBalancersInput{Names: []string{name}}
	if strings.HasPrefix(name, "arn:") {
		in = &balancing.DescribeLoadBalancersInput{LoadBalancerArns: []string{name}}
	}
	out, err := d.balancers.DescribeLoadBalancers(ctx, in)
	_, none := errors.AsType[*types.LoadBalancerNotFoundException](err)
	switch {
	case none || err == nil && len(out.LoadBalancers) == 0:
		return types.LoadBalancer{}, fmt.Errorf("%s has no load balancer %s: check its name, AWS_PROFILE and AWS_REGION", d.endpoint.at("elasticloadbalancing:"), name)
	case err != nil:
		return types.LoadBalancer{}, d.trouble(err, "elasticloadbalancing:DescribeLoadBalancers")
	}
	b := out.LoadBalancers[0]
	if b.Type != types.LoadBalancerTypeEnumApplication {
		return b, fmt.Errorf("the load balancer %s is of the type %s: only an Application Load Balancer has Lambda functions behind it", name, b.Type)
	}
	return b, nil
}

// addressOf is the address of a listener.
func addressOf(b types.LoadBalancer, l types.Listener) string {
	scheme, usual := strings.ToLower(string(l.Protocol)), map[string]int32{"http": 80, "https": 443}
	host := aws.ToString(b.DNSName)
	if port := aws.ToInt32(l.Port); port != usual[scheme] {
		host = net.JoinHostPort(host, fmt.Sprint(port))
	}
	return scheme + "://" + host
}

// zones are those that it has an address in.
func zones(b types.LoadBalancer) (all []any) {
	for _, z := range b.AvailabilityZones {
		all = append(all, cmp.Or(aws.ToString(z.SubnetId), aws.ToString(z.ZoneName)))
	}
	return all
}

// listeners are those of a load balancer, the one that is described first: by HTTPS rather
// than HTTP, and one that forwards rather than one that redirects to another.
func (d *draft) listeners(ctx context.Context, arn string) ([]types.Listener, error) {
	all, err := paged(func(next *string) ([]types.Listener, *string, error) {
		out, err := d.balancers.DescribeListeners(ctx, &balancing.DescribeListenersInput{LoadBalancerArn: &arn, Marker: next})
		if err != nil {
			return nil, nil, d.trouble(err, "elasticloadbalancing:DescribeListeners")
		}
		return out.Listeners, out.NextMarker, nil
	})
	rank := func(l types.Listener) int {
		rank := 0
		if l.Protocol == types.ProtocolEnumHttps {
			rank -= 2
		}
		if slices.ContainsFunc(l.DefaultActions, func(a types.Action) bool { return a.Type == types.ActionTypeEnumRedirect }) {
			rank++
		}
		return rank
	}
	slices.SortStableFunc(all, func(a, b types.Listener) int {
		return cmp.Or(rank(a)-rank(b), int(aws.ToInt32(a.Port)-aws.ToInt32(b.Port)))
	})
	return all, err
}

// attributes are those that say how long connections last.
func (d *draft) attributes(ctx context.Context, arn string) (all []any, err error) {
	out, err := d.balancers.DescribeLoadBalancerAttributes(ctx, &balancing.DescribeLoadBalancerAttributesInput{LoadBalancerArn: &arn})
	if err != nil {
		return nil, d.trouble(err, "elasticloadbalancing:DescribeLoadBalancerAttributes")
	}
	for _, a := range out.Attributes {
		all = append(all, properties{"Key": aws.ToString(a.Key), "Value": aws.ToString(a.Value)})
	}
	return all, nil
}

// rules describes a listener with its rules.
func (d *draft) rules(ctx context.Context, id, arn string, l types.Listener) (Described, error) {
	groups, err := d.targetGroups(ctx, arn)
	if err != nil {
		return Described{}, err
	}
	listener := d.add("listener", "AWS::ElasticLoadBalancingV2::Listener", properties{
		"LoadBalancerArn": ref(id), "Port": aws.ToInt32(l.Port), "Protocol": string(l.Protocol), "DefaultActions": actions(l.DefaultActions, groups),
	})
	all, err := paged(func(next *string) ([]types.Rule, *string, error) {
		out, err := d.balancers.DescribeRules(ctx, &balancing.DescribeRulesInput{ListenerArn: l.ListenerArn, Marker: next})
		if err != nil {
			return nil, nil, d.trouble(err, "elasticloadbalancing:DescribeRules")
		}
		return out.Rules, out.NextMarker, nil
	})
	if err != nil {
		return Described{}, err
	}
	for _, r := range all {
		if aws.ToBool(r.IsDefault) { // its actions are those of the listener
			continue
		}
		var conditions []any
		for _, c := range r.Conditions {
			conditions = append(conditions, condition(c))
		}
		priority := aws.ToString(r.Priority)
		d.add(fmt.Sprintf("rule %5s", priority), "AWS::ElasticLoadBalancingV2::ListenerRule", properties{
			"ListenerArn": ref(listener), "Priority": priority, "Actions": actions(r.Actions, groups), "Conditions": conditions,
		})
	}
	return d.described()
}

// condition is one of a rule, as templates have it.
func condition(c types.RuleCondition) properties {
	list := func(all []string) (items []any) {
		for _, text := range all {
			items = append(items, text)
		}
		return items
	}
	values := c.Values
	switch {
	case c.PathPatternConfig != nil:
		values = c.PathPatternConfig.Values
	case c.HostHeaderConfig != nil:
		values = c.HostHeaderConfig.Values
	case c.HttpRequestMethodConfig != nil:
		values = c.HttpRequestMethodConfig.Values
	}
	return properties{"Field": aws.ToString(c.Field), "Values": list(values)}.stated()
}

// actions are those of a rule, with the target groups that they forward to.
func actions(all []types.Action, groups map[string]string) (made []any) {
	for _, a := range all {
		p := properties{"Type": string(a.Type)}
		arns := []string{aws.ToString(a.TargetGroupArn)}
		if a.ForwardConfig != nil {
			for _, g := range a.ForwardConfig.TargetGroups {
				arns = append(arns, aws.ToString(g.TargetGroupArn))
			}
		}
		var to []any
		for _, arn := range arns {
			if group := groups[arn]; group != "" && !slices.ContainsFunc(to, func(known any) bool { return known.(properties)["Ref"] == group }) {
				to = append(to, ref(group))
			}
		}
		p["TargetGroups"] = to
		made = append(made, p.stated())
	}
	return made
}

// targetGroups describes those of a load balancer, with the functions that are their targets,
// and returns their logical ids by their ARNs.
func (d *draft) targetGroups(ctx context.Context, arn string) (map[string]string, error) {
	all, err := paged(func(next *string) ([]types.TargetGroup, *string, error) {
		out, err := d.balancers.DescribeTargetGroups(ctx, &balancing.DescribeTargetGroupsInput{LoadBalancerArn: &arn, Marker: next})
		if err != nil {
			return nil, nil, d.trouble(err, "elasticloadbalancing:DescribeTargetGroups")
		}
		return out.TargetGroups, out.NextMarker, nil
	})
	ids := map[string]string{}
	for _, g := range all {
		name := aws.ToString(g.TargetGroupName)
		var targets []any
		if g.TargetType != types.TargetTypeEnumLambda {
			d.unseen("The target group %s has targets of the type %s, and no function.", name, g.TargetType)
		} else if targets, err = d.targets(ctx, g); err != nil {
			return nil, err
		}
		ids[aws.ToString(g.TargetGroupArn)] = d.add("target group "+name, "AWS::ElasticLoadBalancingV2::TargetGroup", properties{"TargetType": string(g.TargetType), "Targets": targets})
	}
	return ids, err
}

// targets are the function of a target group. Its health says which it is.
func (d *draft) targets(ctx context.Context, g types.TargetGroup) (all []any, err error) {
	out, err := d.balancers.DescribeTargetHealth(ctx, &balancing.DescribeTargetHealthInput{TargetGroupArn: g.TargetGroupArn})
	if err != nil {
		return nil, d.trouble(err, "elasticloadbalancing:DescribeTargetHealth")
	}
	for _, t := range out.TargetHealthDescriptions {
		if t.Target == nil {
			continue
		}
		if function := d.function(ctx, aws.ToString(t.Target.Id)); function != nil {
			all = append(all, properties{"Id": function})
		}
	}
	return all, nil
}
