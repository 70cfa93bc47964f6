# Tollgate's reference stack for Terraform and OpenTofu: the same resources as template.yaml
# has for CloudFormation, which a test holds it to. What it costs, how it is deployed and how
# it is removed: "tollgate stack --help".

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.29" # which added invoked_via_function_url
    }
  }
}

variable "stack_name" {
  type    = string
  default = "tollgate-reference"
}

variable "region" {
  type = string
}

variable "code" {
  description = "The function's archive, built for the architecture"
  type        = string
  default     = "function-arm64.zip"
}

variable "architecture" {
  type    = string
  default = "arm64"
  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "Must be arm64 or x86_64."
  }
}

variable "memory" {
  description = "Memory of the function in MB"
  type        = number
  default     = 512
}

variable "concurrency" {
  description = "Environments of the function at a time, which bounds what strangers can make it cost; none for an account whose own limit is below 150, since Lambda leaves 100 to other functions"
  type        = string
  default     = "50"
  validation {
    condition     = can(regex("^(none|[1-9][0-9]{0,4})$", var.concurrency))
    error_message = "Must be a whole number from 1, or none."
  }
}

variable "timeout" {
  description = "Seconds that a request may take of the function; it refuses those that ask for more"
  type        = number
  default     = 3
}

variable "most_bytes" {
  description = "Bytes of the largest answer that a request may ask for; what the function sends is billed by the gigabyte"
  type        = number
  default     = 10000
}

variable "init" {
  description = "Work of the function before its first invocation, such as sleep=200ms&cpu=50ms"
  type        = string
  default     = ""
}

variable "cache" {
  description = "Size of the REST API's cache in GB, or off; it is billed by the hour"
  type        = string
  default     = "off"
  validation {
    condition     = contains(["off", "0.5", "1.6", "6.1"], var.cache)
    error_message = "Must be off, 0.5, 1.6 or 6.1."
  }
}

variable "plan_rate" {
  description = "Requests a second of the usage plan"
  type        = number
  default     = 100
}

variable "plan_burst" {
  type    = number
  default = 50
}

variable "plan_quota" {
  description = "Requests a month of the usage plan"
  type        = number
  default     = 1000000
}

variable "stage_rate" {
  description = "Requests a second that a stage admits, of which each is billed"
  type        = number
  default     = 200
}

variable "stage_burst" {
  type    = number
  default = 100
}

variable "balancer" {
  description = "An Application Load Balancer in a VPC of its own; both its zones' addresses and itself are billed by the hour"
  type        = bool
  default     = true
}

variable "balancer_clients" {
  description = "Addresses that may reach the load balancer, such as 203.0.113.7/32; 0.0.0.0/0 lets everyone"
  type        = string
}

variable "distribution" {
  description = "A CloudFront distribution in front of the public function URL; to make or remove one takes some minutes"
  type        = bool
  default     = false
}

variable "budget_usd" {
  description = "Costs of the account a month, about which the budget writes; more than twice what the account costs anyway"
  type        = number
  default     = 10
}

variable "email" {
  description = "Where the budget writes to"
  type        = string
}

provider "aws" {
  region = var.region
  default_tags {
    tags = {
      tollgate = var.stack_name
    }
  }
}

data "aws_partition" "current" {}

data "aws_caller_identity" "current" {}

data "aws_availability_zones" "available" {
  state = "available"
}

# The function.

resource "aws_cloudwatch_log_group" "log_group" {
  name              = "/aws/lambda/${var.stack_name}"
  retention_in_days = 7
}

resource "aws_iam_role" "role" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { Service = "lambda.amazonaws.com" }, Action = "sts:AssumeRole" }
    ]
  })
}

resource "aws_iam_role_policy" "role" {
  name = "function"
  role = aws_iam_role.role.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.log_group.arn}:*"
      },
      {
        Effect   = "Allow"
        Action   = "execute-api:ManageConnections"
        Resource = "arn:${data.aws_partition.current.partition}:execute-api:${var.region}:${data.aws_caller_identity.current.account_id}:${aws_apigatewayv2_api.socket_api.id}/*"
      }
    ]
  })
}

resource "aws_lambda_function" "function" {
  function_name    = var.stack_name
  description      = "Answers for every front door of tollgate's reference stack"
  runtime          = "provided.al2023"
  handler          = "bootstrap"
  architectures    = [var.architecture]
  memory_size      = var.memory
  timeout          = var.timeout
  role             = aws_iam_role.role.arn
  filename         = var.code
  source_code_hash = filebase64sha256(var.code)

  reserved_concurrent_executions = var.concurrency != "none" ? var.concurrency : null

  environment {
    variables = {
      INIT       = var.init
      MOST_BYTES = var.most_bytes
    }
  }
  depends_on = [aws_cloudwatch_log_group.log_group]
}

# The function URLs: a public one, and one of an alias, since a function has one address
# for itself and one for each alias.

resource "aws_lambda_function_url" "function_url" {
  function_name      = aws_lambda_function.function.arn
  authorization_type = "NONE"
}

# Both permissions are needed since October 2025.
# Source: Lambda developer guide, "Control access to Lambda function URLs".
resource "aws_lambda_permission" "function_url_permission" {
  function_name          = aws_lambda_function.function.arn
  action                 = "lambda:InvokeFunctionUrl"
  principal              = "*"
  function_url_auth_type = "NONE"
}

resource "aws_lambda_permission" "function_url_invoke_permission" {
  function_name            = aws_lambda_function.function.arn
  action                   = "lambda:InvokeFunction"
  principal                = "*"
  invoked_via_function_url = true
}

resource "aws_lambda_alias" "iam_alias" {
  function_name    = aws_lambda_function.function.arn
  function_version = "$LATEST"
  name             = "iam"
}

# Callers of this account need lambda:InvokeFunctionUrl and lambda:InvokeFunction themselves.
resource "aws_lambda_function_url" "iam_url" {
  function_name      = aws_lambda_function.function.arn
  qualifier          = "iam"
  authorization_type = "AWS_IAM"
  depends_on         = [aws_lambda_alias.iam_alias]
}

# Users whose tokens the REST API and the HTTP API accept.

resource "aws_cognito_user_pool" "users" {
  name = var.stack_name
  admin_create_user_config {
    allow_admin_create_user_only = true
  }
}

resource "aws_cognito_user_pool_client" "users_client" {
  user_pool_id        = aws_cognito_user_pool.users.id
  name                = "tollgate"
  explicit_auth_flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
}

# The REST API: open, cached, validated, keyed, signed and with tokens.

resource "aws_api_gateway_rest_api" "rest_api" {
  name = "${var.stack_name}-rest"
  endpoint_configuration {
    types = ["REGIONAL"]
  }
}

resource "aws_api_gateway_method" "rest_root" {
  rest_api_id   = aws_api_gateway_rest_api.rest_api.id
  resource_id   = aws_api_gateway_rest_api.rest_api.root_resource_id
  http_method   = "GET"
  authorization = "NONE"
}

resource "aws_api_gateway_integration" "rest_root" {
  rest_api_id             = aws_api_gateway_rest_api.rest_api.id
  resource_id             = aws_api_gateway_rest_api.rest_api.root_resource_id
  http_method             = aws_api_gateway_method.rest_root.http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = aws_lambda_function.function.invoke_arn
}

resource "aws_api_gateway_resource" "rest_items" {
  rest_api_id = aws_api_gateway_rest_api.rest_api.id
  parent_id   = aws_api_gateway_rest_api.rest_api.root_resource_id
  path_part   = "items"
}

resource "aws_api_gateway_resource" "rest_item" {
  rest_api_id = aws_api_gateway_rest_api.rest_api.id
  parent_id   = aws_api_gateway_resource.rest_items.id
  path_part   = "{id}"
}

# Kept by the cache, where there is one: an entry for each id.
resource "aws_api_gateway_method" "rest_get_item" {
  rest_api_id   = aws_api_gateway_rest_api.rest_api.id
  resource_id   = aws_api_gateway_resource.rest_item.id
  http_method   = "GET"
  authorization = "NONE"
  request_parameters = {
    "method.request.path.id" = true
  }
}

resource "aws_api_gateway_integration" "rest_get_item" {
  rest_api_id             = aws_api_gateway_rest_api.rest_api.id
  resource_id             = aws_api_gateway_resource.rest_item.id
  http_method             = aws_api_gateway_method.rest_get_item.http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = aws_lambda_function.function.invoke_arn
  cache_key_parameters    = ["method.request.path.id"]
}

resource "aws_api_gateway_resource" "rest_work_path" {
  rest_api_id = aws_api_gateway_rest_api.rest_api.id
  parent_id   = aws_api_gateway_rest_api.rest_api.root_resource_id
  path_part   = "work"
}

resource "aws_api_gateway_model" "work_model" {
  rest_api_id  = aws_api_gateway_rest_api.rest_api.id
  name         = "Work"
  content_type = "application/json"
  schema = jsonencode({
    "$schema"            = "http://json-schema.org/draft-04/schema#"
    type                 = "object"
    additionalProperties = false
    properties = {
      cpu       = { type = "string" }
      sleep     = { type = "string" }
      memory_mb = { type = "integer", minimum = 0 }
      bytes     = { type = "integer", minimum = 0 }
      status    = { type = "integer", minimum = 200, maximum = 599 }
      fail      = { type = "string" }
    }
  })
}

resource "aws_api_gateway_request_validator" "body_validator" {
  rest_api_id           = aws_api_gateway_rest_api.rest_api.id
  name                  = "body"
  validate_request_body = true
}

resource "aws_api_gateway_method" "rest_work" {
  rest_api_id   = aws_api_gateway_rest_api.rest_api.id
  resource_id   = aws_api_gateway_resource.rest_work_path.id
  http_method   = "POST"
  authorization = "NONE"
  request_models = {
    "application/json" = aws_api_gateway_model.work_model.name
  }
  request_validator_id = aws_api_gateway_request_validator.body_validator.id
}

resource "aws_api_gateway_integration" "rest_work" {
  rest_api_id             = aws_api_gateway_rest_api.rest_api.id
  resource_id             = aws_api_gateway_resource.rest_work_path.id
  http_method             = aws_api_gateway_method.rest_work.http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = aws_lambda_function.function.invoke_arn
}

resource "aws_api_gateway_resource" "rest_keyed_path" {
  rest_api_id = aws_api_gateway_rest_api.rest_api.id
  parent_id   = aws_api_gateway_rest_api.rest_api.root_resource_id
  path_part   = "keyed"
}

resource "aws_api_gateway_method" "rest_keyed" {
  rest_api_id      = aws_api_gateway_rest_api.rest_api.id
  resource_id      = aws_api_gateway_resource.rest_keyed_path.id
  http_method      = "GET"
  authorization    = "NONE"
  api_key_required = true
}

resource "aws_api_gateway_integration" "rest_keyed" {
  rest_api_id             = aws_api_gateway_rest_api.rest_api.id
  resource_id             = aws_api_gateway_resource.rest_keyed_path.id
  http_method             = aws_api_gateway_method.rest_keyed.http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = aws_lambda_function.function.invoke_arn
}

resource "aws_api_gateway_resource" "rest_iam_path" {
  rest_api_id = aws_api_gateway_rest_api.rest_api.id
  parent_id   = aws_api_gateway_rest_api.rest_api.root_resource_id
  path_part   = "iam"
}

resource "aws_api_gateway_method" "rest_iam" {
  rest_api_id   = aws_api_gateway_rest_api.rest_api.id
  resource_id   = aws_api_gateway_resource.rest_iam_path.id
  http_method   = "GET"
  authorization = "AWS_IAM"
}

resource "aws_api_gateway_integration" "rest_iam" {
  rest_api_id             = aws_api_gateway_rest_api.rest_api.id
  resource_id             = aws_api_gateway_resource.rest_iam_path.id
  http_method             = aws_api_gateway_method.rest_iam.http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = aws_lambda_function.function.invoke_arn
}

resource "aws_api_gateway_authorizer" "rest_authorizer" {
  rest_api_id     = aws_api_gateway_rest_api.rest_api.id
  name            = "users"
  type            = "COGNITO_USER_POOLS"
  identity_source = "method.request.header.Authorization"
  provider_arns   = [aws_cognito_user_pool.users.arn]
}

resource "aws_api_gateway_resource" "rest_jwt_path" {
  rest_api_id = aws_api_gateway_rest_api.rest_api.id
  parent_id   = aws_api_gateway_rest_api.rest_api.root_resource_id
  path_part   = "jwt"
}

resource "aws_api_gateway_method" "rest_jwt" {
  rest_api_id   = aws_api_gateway_rest_api.rest_api.id
  resource_id   = aws_api_gateway_resource.rest_jwt_path.id
  http_method   = "GET"
  authorization = "COGNITO_USER_POOLS"
  authorizer_id = aws_api_gateway_authorizer.rest_authorizer.id
}

resource "aws_api_gateway_integration" "rest_jwt" {
  rest_api_id             = aws_api_gateway_rest_api.rest_api.id
  resource_id             = aws_api_gateway_resource.rest_jwt_path.id
  http_method             = aws_api_gateway_method.rest_jwt.http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = aws_lambda_function.function.invoke_arn
}

# A deployment is a snapshot: what it depends on makes a new one when it changes.
resource "aws_api_gateway_deployment" "rest_deployment" {
  rest_api_id = aws_api_gateway_rest_api.rest_api.id
  triggers = {
    methods = sha1(jsonencode([
      aws_api_gateway_integration.rest_root, aws_api_gateway_method.rest_get_item, aws_api_gateway_integration.rest_get_item,
      aws_api_gateway_method.rest_work, aws_api_gateway_method.rest_keyed, aws_api_gateway_method.rest_iam, aws_api_gateway_method.rest_jwt
    ]))
  }
  depends_on = [
    aws_api_gateway_integration.rest_root, aws_api_gateway_integration.rest_get_item, aws_api_gateway_integration.rest_work,
    aws_api_gateway_integration.rest_keyed, aws_api_gateway_integration.rest_iam, aws_api_gateway_integration.rest_jwt
  ]
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_api_gateway_stage" "rest_stage" {
  rest_api_id           = aws_api_gateway_rest_api.rest_api.id
  deployment_id         = aws_api_gateway_deployment.rest_deployment.id
  stage_name            = "prod"
  cache_cluster_enabled = var.cache != "off"
  cache_cluster_size    = var.cache != "off" ? var.cache : null
}

resource "aws_api_gateway_method_settings" "rest_stage" {
  rest_api_id = aws_api_gateway_rest_api.rest_api.id
  stage_name  = aws_api_gateway_stage.rest_stage.stage_name
  method_path = "*/*"
  settings {
    throttling_rate_limit  = var.stage_rate
    throttling_burst_limit = var.stage_burst
    caching_enabled        = false
  }
}

resource "aws_api_gateway_method_settings" "rest_stage_items" {
  rest_api_id = aws_api_gateway_rest_api.rest_api.id
  stage_name  = aws_api_gateway_stage.rest_stage.stage_name
  method_path = "items/{id}/GET"
  settings {
    throttling_rate_limit  = var.stage_rate
    throttling_burst_limit = var.stage_burst
    caching_enabled        = var.cache != "off"
    cache_ttl_in_seconds   = 300
  }
}

resource "aws_lambda_permission" "rest_permission" {
  function_name = aws_lambda_function.function.arn
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_api_gateway_rest_api.rest_api.execution_arn}/*"
}

resource "aws_api_gateway_usage_plan" "plan" {
  name = var.stack_name
  api_stages {
    api_id = aws_api_gateway_rest_api.rest_api.id
    stage  = aws_api_gateway_stage.rest_stage.stage_name
  }
  throttle_settings {
    rate_limit  = var.plan_rate
    burst_limit = var.plan_burst
  }
  quota_settings {
    limit  = var.plan_quota
    period = "MONTH"
  }
}

resource "aws_api_gateway_api_key" "key" {
  name    = var.stack_name
  enabled = true
}

resource "aws_api_gateway_usage_plan_key" "plan_key" {
  usage_plan_id = aws_api_gateway_usage_plan.plan.id
  key_id        = aws_api_gateway_api_key.key.id
  key_type      = "API_KEY"
}

# The HTTP API: open, signed and with tokens.

resource "aws_apigatewayv2_api" "http_api" {
  name          = "${var.stack_name}-http"
  protocol_type = "HTTP"
}

resource "aws_apigatewayv2_integration" "http_integration" {
  api_id                 = aws_apigatewayv2_api.http_api.id
  integration_type       = "AWS_PROXY"
  integration_uri        = aws_lambda_function.function.arn
  payload_format_version = "2.0"
}

resource "aws_apigatewayv2_route" "http_root" {
  api_id    = aws_apigatewayv2_api.http_api.id
  route_key = "GET /"
  target    = "integrations/${aws_apigatewayv2_integration.http_integration.id}"
}

resource "aws_apigatewayv2_route" "http_get_item" {
  api_id    = aws_apigatewayv2_api.http_api.id
  route_key = "GET /items/{id}"
  target    = "integrations/${aws_apigatewayv2_integration.http_integration.id}"
}

resource "aws_apigatewayv2_route" "http_work" {
  api_id    = aws_apigatewayv2_api.http_api.id
  route_key = "POST /work"
  target    = "integrations/${aws_apigatewayv2_integration.http_integration.id}"
}

resource "aws_apigatewayv2_route" "http_iam" {
  api_id             = aws_apigatewayv2_api.http_api.id
  route_key          = "GET /iam"
  authorization_type = "AWS_IAM"
  target             = "integrations/${aws_apigatewayv2_integration.http_integration.id}"
}

resource "aws_apigatewayv2_authorizer" "http_authorizer" {
  api_id           = aws_apigatewayv2_api.http_api.id
  name             = "users"
  authorizer_type  = "JWT"
  identity_sources = ["$request.header.Authorization"]
  jwt_configuration {
    issuer   = "https://cognito-idp.${var.region}.amazonaws.com/${aws_cognito_user_pool.users.id}"
    audience = [aws_cognito_user_pool_client.users_client.id]
  }
}

resource "aws_apigatewayv2_route" "http_jwt" {
  api_id             = aws_apigatewayv2_api.http_api.id
  route_key          = "GET /jwt"
  authorization_type = "JWT"
  authorizer_id      = aws_apigatewayv2_authorizer.http_authorizer.id
  target             = "integrations/${aws_apigatewayv2_integration.http_integration.id}"
}

resource "aws_apigatewayv2_stage" "http_stage" {
  api_id      = aws_apigatewayv2_api.http_api.id
  name        = "$default"
  auto_deploy = true
  default_route_settings {
    throttling_rate_limit  = var.stage_rate
    throttling_burst_limit = var.stage_burst
  }
}

resource "aws_lambda_permission" "http_permission" {
  function_name = aws_lambda_function.function.arn
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.http_api.execution_arn}/*"
}

# The WebSocket API: messages are answered, those with "action": "push" by the
# @connections API.

resource "aws_apigatewayv2_api" "socket_api" {
  name                       = "${var.stack_name}-socket"
  protocol_type              = "WEBSOCKET"
  route_selection_expression = "$request.body.action"
}

resource "aws_apigatewayv2_integration" "socket_integration" {
  api_id           = aws_apigatewayv2_api.socket_api.id
  integration_type = "AWS_PROXY"
  integration_uri  = aws_lambda_function.function.invoke_arn
}

resource "aws_apigatewayv2_route" "socket_connect" {
  api_id             = aws_apigatewayv2_api.socket_api.id
  route_key          = "$connect"
  authorization_type = "NONE"
  target             = "integrations/${aws_apigatewayv2_integration.socket_integration.id}"
}

resource "aws_apigatewayv2_route" "socket_disconnect" {
  api_id    = aws_apigatewayv2_api.socket_api.id
  route_key = "$disconnect"
  target    = "integrations/${aws_apigatewayv2_integration.socket_integration.id}"
}

resource "aws_apigatewayv2_route" "socket_default" {
  api_id                              = aws_apigatewayv2_api.socket_api.id
  route_key                           = "$default"
  route_response_selection_expression = "$default"
  target                              = "integrations/${aws_apigatewayv2_integration.socket_integration.id}"
}

resource "aws_apigatewayv2_route_response" "socket_default_response" {
  api_id             = aws_apigatewayv2_api.socket_api.id
  route_id           = aws_apigatewayv2_route.socket_default.id
  route_response_key = "$default"
}

resource "aws_apigatewayv2_route" "socket_push" {
  api_id    = aws_apigatewayv2_api.socket_api.id
  route_key = "push"
  target    = "integrations/${aws_apigatewayv2_integration.socket_integration.id}"
}

resource "aws_apigatewayv2_stage" "socket_stage" {
  api_id      = aws_apigatewayv2_api.socket_api.id
  name        = "prod"
  auto_deploy = true
  default_route_settings {
    throttling_rate_limit  = var.stage_rate
    throttling_burst_limit = var.stage_burst
  }
}

resource "aws_lambda_permission" "socket_permission" {
  function_name = aws_lambda_function.function.arn
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.socket_api.execution_arn}/*"
}

# The load balancer, in the least VPC that it takes: two subnets in two zones that a
# gateway leads to. The function is not in it.

resource "aws_vpc" "vpc" {
  count      = var.balancer ? 1 : 0
  cidr_block = "10.99.0.0/26"
}

resource "aws_internet_gateway" "gateway" {
  count = var.balancer ? 1 : 0
}

resource "aws_internet_gateway_attachment" "gateway_attachment" {
  count               = var.balancer ? 1 : 0
  vpc_id              = aws_vpc.vpc[0].id
  internet_gateway_id = aws_internet_gateway.gateway[0].id
}

resource "aws_subnet" "subnet_a" {
  count             = var.balancer ? 1 : 0
  vpc_id            = aws_vpc.vpc[0].id
  cidr_block        = "10.99.0.0/27"
  availability_zone = data.aws_availability_zones.available.names[0]
}

resource "aws_subnet" "subnet_b" {
  count             = var.balancer ? 1 : 0
  vpc_id            = aws_vpc.vpc[0].id
  cidr_block        = "10.99.0.32/27"
  availability_zone = data.aws_availability_zones.available.names[1]
}

resource "aws_route_table" "route_table" {
  count  = var.balancer ? 1 : 0
  vpc_id = aws_vpc.vpc[0].id
}

resource "aws_route" "route" {
  count                  = var.balancer ? 1 : 0
  route_table_id         = aws_route_table.route_table[0].id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.gateway[0].id
  depends_on             = [aws_internet_gateway_attachment.gateway_attachment]
}

resource "aws_route_table_association" "route_a" {
  count          = var.balancer ? 1 : 0
  subnet_id      = aws_subnet.subnet_a[0].id
  route_table_id = aws_route_table.route_table[0].id
}

resource "aws_route_table_association" "route_b" {
  count          = var.balancer ? 1 : 0
  subnet_id      = aws_subnet.subnet_b[0].id
  route_table_id = aws_route_table.route_table[0].id
}

# CloudFormation's security groups let everything out, where nothing is said; Terraform's do not.
resource "aws_security_group" "firewall" {
  count       = var.balancer ? 1 : 0
  description = "HTTP to the load balancer"
  vpc_id      = aws_vpc.vpc[0].id
  ingress {
    protocol    = "tcp"
    from_port   = 80
    to_port     = 80
    cidr_blocks = [var.balancer_clients]
  }
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_lb" "load_balancer" {
  count              = var.balancer ? 1 : 0
  load_balancer_type = "application"
  internal           = false
  subnets            = [aws_subnet.subnet_a[0].id, aws_subnet.subnet_b[0].id]
  security_groups    = [aws_security_group.firewall[0].id]
  depends_on         = [aws_route.route]
}

# Target groups of this account alone.
resource "aws_lambda_permission" "balancer_permission" {
  count         = var.balancer ? 1 : 0
  function_name = aws_lambda_function.function.arn
  action        = "lambda:InvokeFunction"
  principal     = "elasticloadbalancing.amazonaws.com"
  source_arn    = "arn:${data.aws_partition.current.partition}:elasticloadbalancing:${var.region}:${data.aws_caller_identity.current.account_id}:targetgroup/*"
}

resource "aws_lb_target_group" "target_group" {
  count       = var.balancer ? 1 : 0
  target_type = "lambda"
  health_check {
    enabled = false
  }
}

resource "aws_lb_target_group_attachment" "target_group" {
  count            = var.balancer ? 1 : 0
  target_group_arn = aws_lb_target_group.target_group[0].arn
  target_id        = aws_lambda_function.function.arn
  depends_on       = [aws_lambda_permission.balancer_permission]
}

# HTTP alone: a certificate needs a domain. What TLS costs is measured at other front doors.
resource "aws_lb_listener" "listener" {
  count             = var.balancer ? 1 : 0
  load_balancer_arn = aws_lb.load_balancer[0].arn
  port              = 80
  protocol          = "HTTP"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.target_group[0].arn
  }
}

# CloudFront, in front of the public function URL.

resource "aws_cloudfront_distribution" "cdn" {
  count        = var.distribution ? 1 : 0
  enabled      = true
  comment      = var.stack_name
  price_class  = "PriceClass_100"
  http_version = "http2"
  origin {
    origin_id   = "function"
    domain_name = split("/", aws_lambda_function_url.function_url.function_url)[2]
    custom_origin_config {
      http_port              = 80
      https_port             = 443
      origin_protocol_policy = "https-only"
      origin_ssl_protocols   = ["TLSv1.2"]
    }
  }
  default_cache_behavior {
    target_origin_id       = "function"
    viewer_protocol_policy = "https-only"
    allowed_methods        = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"]
    cached_methods         = ["GET", "HEAD"]
    # The managed policies CachingDisabled and AllViewerExceptHostHeader.
    # Source: CloudFront developer guide, "Use managed cache policies" and "Use
    # managed origin request policies".
    cache_policy_id          = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    origin_request_policy_id = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
  }
  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }
  viewer_certificate {
    cloudfront_default_certificate = true
  }
}

# The alarm: of all costs of the account. A budget of this stack's tag alone would count
# nothing until the tag is activated for billing, which takes a day.

resource "aws_budgets_budget" "budget" {
  name         = var.stack_name
  budget_type  = "COST"
  time_unit    = "MONTHLY"
  limit_amount = var.budget_usd
  limit_unit   = "USD"
  notification {
    notification_type          = "ACTUAL"
    comparison_operator        = "GREATER_THAN"
    threshold                  = 50
    threshold_type             = "PERCENTAGE"
    subscriber_email_addresses = [var.email]
  }
  notification {
    notification_type          = "FORECASTED"
    comparison_operator        = "GREATER_THAN"
    threshold                  = 100
    threshold_type             = "PERCENTAGE"
    subscriber_email_addresses = [var.email]
  }
}

# The same as those of the CloudFormation stack.

output "rest_api_address" {
  value = aws_api_gateway_stage.rest_stage.invoke_url
}

output "http_api_address" {
  value = aws_apigatewayv2_api.http_api.api_endpoint
}

output "function_url_address" {
  value = aws_lambda_function_url.function_url.function_url
}

output "iam_url_address" {
  value = aws_lambda_function_url.iam_url.function_url
}

output "socket_api_address" {
  value = aws_apigatewayv2_stage.socket_stage.invoke_url
}

output "load_balancer_address" {
  value = var.balancer ? "http://${aws_lb.load_balancer[0].dns_name}" : null
}

output "cdn_address" {
  value = var.distribution ? "https://${aws_cloudfront_distribution.cdn[0].domain_name}" : null
}

output "key_id" {
  description = "aws apigateway get-api-key --include-value --api-key KEYID shows the key"
  value       = aws_api_gateway_api_key.key.id
}

output "users_id" {
  value = aws_cognito_user_pool.users.id
}

output "users_client_id" {
  value = aws_cognito_user_pool_client.users_client.id
}
