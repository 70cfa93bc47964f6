//go:build interop

package stack

// A pairing is a type of CloudFormation's resources under Terraform's name, with the paths of
// its properties there. What has no counterpart has "-", and stands in without.
type pairing struct {
	kind, terraform string
	paths           string // "MemorySize=memory_size …"; a name that only changes its spelling may be left out
}

var pairings = []pairing{
	{"AWS::Logs::LogGroup", "aws_cloudwatch_log_group", "LogGroupName=name RetentionInDays=retention_in_days"},
	{"AWS::IAM::Role", "aws_iam_role", "AssumeRolePolicyDocument=assume_role_policy Policies.PolicyName=role_policy.name Policies.PolicyDocument=role_policy.policy"},
	{"AWS::Lambda::Function", "aws_lambda_function", "Environment.Variables.INIT=environment.variables.INIT Environment.Variables.MOST_BYTES=environment.variables.MOST_BYTES"},
	{"AWS::Lambda::Url", "aws_lambda_function_url", "TargetFunctionArn=function_name AuthType=authorization_type"},
	{"AWS::Lambda::Permission", "aws_lambda_permission", ""},
	{"AWS::Lambda::Alias", "aws_lambda_alias", ""},
	{"AWS::Cognito::UserPool", "aws_cognito_user_pool", "UserPoolName=name"},
	{"AWS::Cognito::UserPoolClient", "aws_cognito_user_pool_client", "ClientName=name"},
	{"AWS::ApiGateway::RestApi", "aws_api_gateway_rest_api", ""},
	{"AWS::ApiGateway::Resource", "aws_api_gateway_resource", ""},
	{"AWS::ApiGateway::Method", "aws_api_gateway_method", "AuthorizationType=authorization ApiKeyRequired=api_key_required RequestValidatorId=request_validator_id " +
		"Integration.Type=integration.type Integration.IntegrationHttpMethod=integration.integration_http_method Integration.Uri=integration.uri Integration.CacheKeyParameters=integration.cache_key_parameters " +
		"RequestParameters.method.request.path.id=request_parameters RequestModels.application/json=request_models"},
	{"AWS::ApiGateway::Model", "aws_api_gateway_model", ""},
	{"AWS::ApiGateway::RequestValidator", "aws_api_gateway_request_validator", ""},
	{"AWS::ApiGateway::Authorizer", "aws_api_gateway_authorizer", "ProviderARNs=provider_arns"},
	{"AWS::ApiGateway::Deployment", "aws_api_gateway_deployment", ""},
	{"AWS::ApiGateway::Stage", "aws_api_gateway_stage", "MethodSettings.0.ThrottlingRateLimit=settings.settings.throttling_rate_limit MethodSettings.0.ThrottlingBurstLimit=settings.settings.throttling_burst_limit MethodSettings.0.CachingEnabled=settings.settings.caching_enabled " +
		"MethodSettings.1.ThrottlingRateLimit=settings_items.settings.throttling_rate_limit MethodSettings.1.ThrottlingBurstLimit=settings_items.settings.throttling_burst_limit MethodSettings.1.CachingEnabled=settings_items.settings.caching_enabled MethodSettings.1.CacheTtlInSeconds=settings_items.settings.cache_ttl_in_seconds"},
	{"AWS::ApiGateway::UsagePlan", "aws_api_gateway_usage_plan", "UsagePlanName=name Throttle.RateLimit=throttle_settings.rate_limit Throttle.BurstLimit=throttle_settings.burst_limit Quota.Limit=quota_settings.limit Quota.Period=quota_settings.period"},
	{"AWS::ApiGateway::ApiKey", "aws_api_gateway_api_key", ""},
	{"AWS::ApiGateway::UsagePlanKey", "aws_api_gateway_usage_plan_key", ""},
	{"AWS::ApiGatewayV2::Api", "aws_apigatewayv2_api", ""},
	{"AWS::ApiGatewayV2::Integration", "aws_apigatewayv2_integration", ""},
	{"AWS::ApiGatewayV2::Route", "aws_apigatewayv2_route", ""},
	{"AWS::ApiGatewayV2::RouteResponse", "aws_apigatewayv2_route_response", ""},
	{"AWS::ApiGatewayV2::Authorizer", "aws_apigatewayv2_authorizer", "IdentitySource=identity_sources"},
	{"AWS::ApiGatewayV2::Stage", "aws_apigatewayv2_stage", "StageName=name"},
	{"AWS::EC2::VPC", "aws_vpc", ""},
	{"AWS::EC2::InternetGateway", "aws_internet_gateway", ""},
	{"AWS::EC2::VPCGatewayAttachment", "aws_internet_gateway_attachment", ""},
	{"AWS::EC2::Subnet", "aws_subnet", ""},
	{"AWS::EC2::RouteTable", "aws_route_table", ""},
	{"AWS::EC2::Route", "aws_route", ""},
	{"AWS::EC2::SubnetRouteTableAssociation", "aws_route_table_association", ""},
	{"AWS::EC2::SecurityGroup", "aws_security_group", "GroupDescription=description SecurityGroupIngress.IpProtocol=ingress.protocol SecurityGroupIngress.FromPort=ingress.from_port SecurityGroupIngress.ToPort=ingress.to_port SecurityGroupIngress.CidrIp=ingress.cidr_blocks"},
	{"AWS::ElasticLoadBalancingV2::LoadBalancer", "aws_lb", "Type=load_balancer_type"},
	{"AWS::ElasticLoadBalancingV2::TargetGroup", "aws_lb_target_group", "HealthCheckEnabled=health_check.enabled Targets.Id=attachment.target_id"},
	{"AWS::ElasticLoadBalancingV2::Listener", "aws_lb_listener", "DefaultActions.Type=default_action.type DefaultActions.TargetGroupArn=default_action.target_group_arn"},
	{"AWS::CloudFront::Distribution", "aws_cloudfront_distribution", "DistributionConfig.Enabled=enabled DistributionConfig.Comment=comment DistributionConfig.PriceClass=price_class DistributionConfig.HttpVersion=http_version " +
		"DistributionConfig.Origins.Id=origin.origin_id DistributionConfig.Origins.CustomOriginConfig.OriginProtocolPolicy=origin.custom_origin_config.origin_protocol_policy DistributionConfig.Origins.CustomOriginConfig.OriginSSLProtocols=origin.custom_origin_config.origin_ssl_protocols " +
		"DistributionConfig.DefaultCacheBehavior.TargetOriginId=default_cache_behavior.target_origin_id DistributionConfig.DefaultCacheBehavior.ViewerProtocolPolicy=default_cache_behavior.viewer_protocol_policy DistributionConfig.DefaultCacheBehavior.AllowedMethods=default_cache_behavior.allowed_methods " +
		"DistributionConfig.DefaultCacheBehavior.CachePolicyId=default_cache_behavior.cache_policy_id DistributionConfig.DefaultCacheBehavior.OriginRequestPolicyId=default_cache_behavior.origin_request_policy_id"},
	{"AWS::Budgets::Budget", "aws_budgets_budget", "Budget.BudgetName=name Budget.BudgetType=budget_type Budget.TimeUnit=time_unit Budget.BudgetLimit.Amount=limit_amount Budget.BudgetLimit.Unit=limit_unit " +
		"NotificationsWithSubscribers.0.Notification.NotificationType=notification.0.notification_type NotificationsWithSubscribers.0.Notification.ComparisonOperator=notification.0.comparison_operator NotificationsWithSubscribers.0.Notification.Threshold=notification.0.threshold NotificationsWithSubscribers.0.Notification.ThresholdType=notification.0.threshold_type NotificationsWithSubscribers.0.Subscribers.Address=notification.0.subscriber_email_addresses " +
		"NotificationsWithSubscribers.1.Notification.NotificationType=notification.1.notification_type NotificationsWithSubscribers.1.Notification.ComparisonOperator=notification.1.comparison_operator NotificationsWithSubscribers.1.Notification.Threshold=notification.1.threshold NotificationsWithSubscribers.1.Notification.ThresholdType=notification.1.threshold_type NotificationsWithSubscribers.1.Subscribers.Address=notification.1.subscriber_email_addresses"},
}

// companions are resources that Terraform has besides one of CloudFormation's, which holds
// what they say. Their names begin as its does.
var companions = map[string]string{
	"aws_iam_role_policy": "role_policy", "aws_api_gateway_integration": "integration",
	"aws_api_gateway_method_settings": "settings", "aws_lb_target_group_attachment": "attachment",
}

// without are paths that the other description lacks, by their type and path, and why.
var without = map[string]string{
	"parameter CodeBucket":                                                             "Terraform uploads the archive itself",
	"parameter CodeKey":                                                                "the same",
	"AWS::Lambda::Function Code.S3Bucket":                                              "Terraform uploads the archive itself",
	"AWS::Lambda::Function Code.S3Key":                                                 "the same",
	"aws_lambda_function filename":                                                     "the same",
	"aws_lambda_function source_code_hash":                                             "the same",
	"AWS::ApiGateway::Stage MethodSettings.0.ResourcePath":                             "a part of method_path",
	"AWS::ApiGateway::Stage MethodSettings.0.HttpMethod":                               "a part of method_path",
	"AWS::ApiGateway::Stage MethodSettings.1.ResourcePath":                             "a part of method_path",
	"AWS::ApiGateway::Stage MethodSettings.1.HttpMethod":                               "a part of method_path",
	"aws_api_gateway_stage settings.method_path":                                       "the path and the method",
	"aws_api_gateway_stage settings_items.method_path":                                 "the path and the method",
	"aws_api_gateway_stage settings.rest_api_id":                                       "which stage it is of",
	"aws_api_gateway_stage settings.stage_name":                                        "which stage it is of",
	"aws_api_gateway_stage settings_items.rest_api_id":                                 "which stage it is of",
	"aws_api_gateway_stage settings_items.stage_name":                                  "which stage it is of",
	"aws_api_gateway_method integration.rest_api_id":                                   "which method it is of",
	"aws_api_gateway_method integration.resource_id":                                   "which method it is of",
	"aws_api_gateway_method integration.http_method":                                   "which method it is of",
	"aws_iam_role role_policy.role":                                                    "which role it is of",
	"aws_lb_target_group attachment.target_group_arn":                                  "which group it is of",
	"aws_api_gateway_deployment triggers":                                              "CloudFormation has no such means",
	"AWS::ElasticLoadBalancingV2::LoadBalancer Scheme":                                 "internal says the reverse",
	"aws_lb internal":                                                                  "scheme says the reverse",
	"aws_security_group egress.protocol":                                               "CloudFormation's default",
	"aws_security_group egress.from_port":                                              "CloudFormation's default",
	"aws_security_group egress.to_port":                                                "CloudFormation's default",
	"aws_security_group egress.cidr_blocks":                                            "CloudFormation's default",
	"AWS::CloudFront::Distribution DistributionConfig.Origins.DomainName":              "the host of ~FunctionUrl, by other functions",
	"aws_cloudfront_distribution origin.domain_name":                                   "the host of ~FunctionUrl, by other functions",
	"aws_cloudfront_distribution origin.custom_origin_config.http_port":                "CloudFormation's default",
	"aws_cloudfront_distribution origin.custom_origin_config.https_port":               "CloudFormation's default",
	"aws_cloudfront_distribution default_cache_behavior.cached_methods":                "CloudFormation's default",
	"aws_cloudfront_distribution restrictions.geo_restriction.restriction_type":        "CloudFormation's default",
	"aws_cloudfront_distribution viewer_certificate.cloudfront_default_certificate":    "CloudFormation's default",
	"AWS::Budgets::Budget NotificationsWithSubscribers.0.Subscribers.SubscriptionType": "a part of subscriber_email_addresses",
	"AWS::Budgets::Budget NotificationsWithSubscribers.1.Subscribers.SubscriptionType": "a part of subscriber_email_addresses",
}
