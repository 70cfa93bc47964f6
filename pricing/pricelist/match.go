package pricelist

import (
	"slices"
	"strings"

	"tollgate/pricing"
)

// A match says which products are for a key.
type match struct {
	service, family, usage string // family "": any
	key                    string
	unit                   pricing.Unit
	units                  []string // as the list may write the unit
	edge                   bool     // usage has its own prefix, and the product is in no region
}

var (
	perRequest  = []string{"Requests", "Request"}
	perHour     = []string{"Hrs", "Hours"}
	perGB       = []string{"GB"}
	perGBSecond = []string{"Lambda-GB-Second", "Second", "GB-Second", "seconds"}
	perMonth    = []string{"Month", "Months", "months"}
	perMetric   = []string{"Metrics", "Metric", "metrics"}
	perAlarm    = []string{"Alarms", "Alarm", "alarms"}
	perTrace    = []string{"traces", "Traces", "Trace"}
)

// Services are the service codes whose lists have something for a book.
var Services = []string{"AmazonApiGateway", "AWSLambda", "AWSELB", "AWSDataTransfer", "AmazonCloudFront", "AmazonCloudWatch", "AmazonECS", "AmazonVPC", "awswaf", "AWSXRay"}

// matches are all products that a book has rates for. Usage types and units of the
// services after CloudFront are those that public repositories read off AWS's lists
// and bills; units differ from list to list, so each has several spellings.
var matches = []match{
	{"AmazonApiGateway", "API Calls", "ApiGatewayRequest", "apigateway.rest.requests", pricing.Requests, perRequest, false},
	{"AmazonApiGateway", "API Calls", "ApiGatewayHttpRequest", "apigateway.http.requests", pricing.Requests, perRequest, false},
	{"AmazonApiGateway", "WebSocket", "ApiGatewayMessage", "apigateway.websocket.messages", pricing.Messages, []string{"Messages", "Message"}, false},
	{"AmazonApiGateway", "WebSocket", "ApiGatewayMinute", "apigateway.websocket.minutes", pricing.Minutes, []string{"minutes", "Minutes", "minute"}, false},
	cacheOf("0.5", "0.5"), cacheOf("1.6", "1.6"), cacheOf("1.55", "1.6"), cacheOf("6.1", "6.1"), cacheOf("6.05", "6.1"),
	cacheOf("13.5", "13.5"), cacheOf("28.4", "28.4"), cacheOf("58.2", "58.2"), cacheOf("118", "118"), cacheOf("237", "237"),
	{"AWSLambda", "Serverless", "Request", "lambda.requests", pricing.Requests, perRequest, false},
	{"AWSLambda", "Serverless", "Lambda-GB-Second", "lambda.duration.x86_64", pricing.GBSeconds, perGBSecond, false},
	{"AWSLambda", "Serverless", "Lambda-GB-Second-ARM", "lambda.duration.arm64", pricing.GBSeconds, perGBSecond, false},
	{"AWSLambda", "Serverless", "Lambda-Storage-GB-Second", "lambda.storage.x86_64", pricing.GBSeconds, perGBSecond, false},
	{"AWSLambda", "Serverless", "Lambda-Storage-GB-Second-ARM", "lambda.storage.arm64", pricing.GBSeconds, perGBSecond, false},
	{"AWSLambda", "Serverless", "Lambda-Provisioned-Concurrency", "lambda.provisioned.concurrency.x86_64", pricing.GBSeconds, perGBSecond, false},
	{"AWSLambda", "Serverless", "Lambda-Provisioned-Concurrency-ARM", "lambda.provisioned.concurrency.arm64", pricing.GBSeconds, perGBSecond, false},
	{"AWSLambda", "Serverless", "Lambda-Provisioned-GB-Second", "lambda.provisioned.duration.x86_64", pricing.GBSeconds, perGBSecond, false},
	{"AWSLambda", "Serverless", "Lambda-Provisioned-GB-Second-ARM", "lambda.provisioned.duration.arm64", pricing.GBSeconds, perGBSecond, false},
	{"AWSLambda", "Serverless", "Lambda-Streaming-Response-Processed-Bytes", "lambda.streaming.x86_64", pricing.GB, perGB, false},
	{"AWSLambda", "Serverless", "Lambda-Streaming-Response-Processed-Bytes-ARM", "lambda.streaming.arm64", pricing.GB, perGB, false},
	{"AWSELB", "Load Balancer-Application", "LoadBalancerUsage", "alb.hours", pricing.Hours, perHour, false},
	{"AWSELB", "Load Balancer-Application", "LCUUsage", "alb.lcu", pricing.LCUHours, []string{"LCU-Hrs", "LCU-Hours"}, false},
	{"AWSELB", "Load Balancer-Network", "LoadBalancerUsage", "nlb.hours", pricing.Hours, perHour, false},
	{"AWSELB", "Load Balancer-Network", "LCUUsage", "nlb.lcu", pricing.LCUHours, []string{"LCU-Hrs", "LCU-Hours"}, false},
	{"AWSELB", "", "TS-LoadBalancerUsage", "alb.truststore", pricing.Hours, perHour, false},
	{"AmazonVPC", "", "PublicIPv4:InUseAddress", "alb.addresses", pricing.AddressHours, perHour, false},
	{"AmazonVPC", "", "VpcEndpoint-Hours", "privatelink.hours", pricing.Hours, perHour, false},
	{"AmazonVPC", "", "VpcEndpoint-Bytes", "privatelink.bytes", pricing.GB, perGB, false},
	{"awswaf", "", "WebACLV2", "waf.acls", pricing.Months, perMonth, false},
	{"awswaf", "", "RuleV2", "waf.rules", pricing.Months, perMonth, false},
	{"awswaf", "", "RequestV2-Tier1", "waf.requests", pricing.Requests, perRequest, false},
	{"AWSDataTransfer", "Data Transfer", "DataTransfer-Out-Bytes", "transfer.out", pricing.GB, perGB, false},
	// South Africa's prices are the Middle East's, too, whose usage begins with ME.
	{"AmazonCloudFront", "", "US-Requests-Tier2-HTTPS", "cloudfront.requests.us", pricing.Requests, perRequest, true},
	{"AmazonCloudFront", "", "EU-Requests-Tier2-HTTPS", "cloudfront.requests.europe", pricing.Requests, perRequest, true},
	{"AmazonCloudFront", "", "JP-Requests-Tier2-HTTPS", "cloudfront.requests.japan", pricing.Requests, perRequest, true},
	{"AmazonCloudFront", "", "ZA-Requests-Tier2-HTTPS", "cloudfront.requests.middle-east-africa", pricing.Requests, perRequest, true},
	{"AmazonCloudFront", "", "SA-Requests-Tier2-HTTPS", "cloudfront.requests.south-america", pricing.Requests, perRequest, true},
	{"AmazonCloudFront", "", "AU-Requests-Tier2-HTTPS", "cloudfront.requests.australia", pricing.Requests, perRequest, true},
	{"AmazonCloudFront", "", "AP-Requests-Tier2-HTTPS", "cloudfront.requests.asia-pacific", pricing.Requests, perRequest, true},
	{"AmazonCloudFront", "", "IN-Requests-Tier2-HTTPS", "cloudfront.requests.india", pricing.Requests, perRequest, true},
	{"AmazonCloudFront", "", "US-DataTransfer-Out-Bytes", "cloudfront.transfer.us", pricing.GB, perGB, true},
	{"AmazonCloudFront", "", "EU-DataTransfer-Out-Bytes", "cloudfront.transfer.europe", pricing.GB, perGB, true},
	{"AmazonCloudFront", "", "JP-DataTransfer-Out-Bytes", "cloudfront.transfer.japan", pricing.GB, perGB, true},
	{"AmazonCloudFront", "", "ZA-DataTransfer-Out-Bytes", "cloudfront.transfer.middle-east-africa", pricing.GB, perGB, true},
	{"AmazonCloudFront", "", "SA-DataTransfer-Out-Bytes", "cloudfront.transfer.south-america", pricing.GB, perGB, true},
	{"AmazonCloudFront", "", "AU-DataTransfer-Out-Bytes", "cloudfront.transfer.australia", pricing.GB, perGB, true},
	{"AmazonCloudFront", "", "AP-DataTransfer-Out-Bytes", "cloudfront.transfer.asia-pacific", pricing.GB, perGB, true},
	{"AmazonCloudFront", "", "IN-DataTransfer-Out-Bytes", "cloudfront.transfer.india", pricing.GB, perGB, true},
	{"AmazonCloudWatch", "", "DataProcessing-Bytes", "logs.ingested", pricing.GB, perGB, false},
	{"AmazonCloudWatch", "", "TimedStorage-ByteHrs", "logs.stored", pricing.GBMonths, []string{"GB-Mo", "GB-Month"}, false},
	// Lambda's logs are billed as vended logs since May 2025, as AWS announced: from
	// knowledge.
	{"AmazonCloudWatch", "", "VendedLog-Bytes", "logs.lambda", pricing.GB, perGB, false},
	{"AmazonCloudWatch", "", "DataScanned-Bytes", "logs.scanned", pricing.GB, perGB, false},
	{"AmazonCloudWatch", "", "CW:GMD-Metrics", "metrics.read", pricing.Metrics, perMetric, false},
	{"AmazonCloudWatch", "", "CW:Requests", "metrics.calls", pricing.Calls, perRequest, false},
	{"AmazonCloudWatch", "", "CW:MetricMonitorUsage", "metrics.custom", pricing.Metrics, perMetric, false},
	{"AmazonCloudWatch", "", "CW:AlarmMonitorUsage", "metrics.alarms", pricing.Alarms, perAlarm, false},
	{"AWSXRay", "", "XRay-TracesStored", "xray.recorded", pricing.Traces, perTrace, false},
	{"AWSXRay", "", "XRay-TracesAccessed", "xray.read", pricing.Traces, perTrace, false},
	{"AmazonECS", "", "Fargate-vCPU-Hours:perCPU", "fargate.vcpu.x86_64", pricing.VCPUHours, []string{"hours", "Hrs", "Hours", "vCPU-Hours"}, false},
	{"AmazonECS", "", "Fargate-GB-Hours", "fargate.memory.x86_64", pricing.GBHours, []string{"hours", "Hrs", "Hours", "GB-Hours"}, false},
	{"AmazonECS", "", "Fargate-ARM-vCPU-Hours:perCPU", "fargate.vcpu.arm64", pricing.VCPUHours, []string{"hours", "Hrs", "Hours", "vCPU-Hours"}, false},
	{"AmazonECS", "", "Fargate-ARM-GB-Hours", "fargate.memory.arm64", pricing.GBHours, []string{"hours", "Hrs", "Hours", "GB-Hours"}, false},
}

// cacheOf matches a cache; the list says 1.55 and 6.05 GB for what the console
// calls 1.6 and 6.1.
func cacheOf(listed, size string) match {
	return match{
		"AmazonApiGateway", "Amazon API Gateway Cache", "ApiGatewayCacheUsage:" + listed + "GB",
		"apigateway.rest.cache." + size, pricing.Hours, perHour, false,
	}
}

// find returns what a product is for in a region; false for most.
func find(service string, p productJSON, region string) (match, bool) {
	usage := p.Attributes["usagetype"]
	if strings.HasPrefix(usage, "Global-") || strings.Contains(p.Attributes["groupDescription"], "China") {
		return match{}, false
	}
	for _, m := range matches {
		if m.service != service || (m.family != "" && m.family != p.Family) {
			continue
		}
		if m.edge && usage == m.usage {
			return m, true
		}
		// Local and Wavelength Zones are in the lists of their region; older lists
		// do not have its code.
		code := p.Attributes["regionCode"]
		if !m.edge && p.Attributes["locationType"] == "AWS Region" && (code == "" || code == region) && usageIs(usage, m.usage, region) {
			return m, true
		}
	}
	return match{}, false
}

// usageIs compares a whole usage type. In N. Virginia some services write the
// region's prefix and some write nothing; elsewhere all write it.
func usageIs(usage, want, region string) bool {
	if region == "us-east-1" && usage == want {
		return true
	}
	in, _ := pricing.RegionNamed(region)
	return in.Billing != "" && usage == in.Billing+"-"+want
}

func wanted(service string, p productJSON, regions []string) bool {
	return slices.ContainsFunc(regions, func(region string) bool {
		_, ok := find(service, p, region)
		return ok
	})
}
