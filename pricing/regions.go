package pricing

// The partitions of AWS.
//
// Source: partitions.json of the AWS SDK for Go (core v1.47.7): the DNS suffix
// and the suffix of dual-stack endpoints. The suffix of function URLs outside
// the aws partition follows the same pattern and is unverified.
var (
	commercial = Partition{"aws", []string{"amazonaws.com", "api.aws", "on.aws"}}
	govCloud   = Partition{"aws-us-gov", []string{"amazonaws.com", "api.aws", "on.aws"}}
	china      = Partition{"aws-cn", []string{"amazonaws.com.cn", "api.amazonwebservices.com.cn", "on.amazonwebservices.com.cn"}}
	sovereign  = Partition{"aws-eusc", []string{"amazonaws.eu", "api.amazonwebservices.eu", "on.amazonwebservices.eu"}}
	isolated   = Partition{"aws-iso", []string{"c2s.ic.gov", "api.aws.ic.gov", "on.aws.ic.gov"}}
	isolatedB  = Partition{"aws-iso-b", []string{"sc2s.sgov.gov", "api.aws.scloud", "on.aws.scloud"}}
	isolatedE  = Partition{"aws-iso-e", []string{"cloud.adc-e.uk", "api.cloud-aws.adc-e.uk", "on.cloud-aws.adc-e.uk"}}
	isolatedF  = Partition{"aws-iso-f", []string{"csp.hci.ic.gov", "api.aws.hci.ic.gov", "on.aws.hci.ic.gov"}}
)

// Partitions are all of them.
var Partitions = []*Partition{&commercial, &govCloud, &china, &sovereign, &isolated, &isolatedB, &isolatedE, &isolatedF}

// Regions are all regions of AWS, partition by partition.
//
// Sources: names and titles from partitions.json of the AWS SDK for Go (core
// v1.47.7); billing codes from "AWS Region billing codes" of the AWS Regions and
// Availability Zones guide. Those of Zurich, Spain, Tel Aviv, the UAE and
// us-gov-east-1 are unverified. A billing code that is wrong finds no price: it
// never finds another region's. Price lists of China are in CNY and at an address
// of their own, and those of the sovereign and isolated partitions are not public.
var Regions = []Region{
	{"us-east-1", "US East (N. Virginia)", &commercial, "USE1"},
	{"us-east-2", "US East (Ohio)", &commercial, "USE2"},
	{"us-west-1", "US West (N. California)", &commercial, "USW1"},
	{"us-west-2", "US West (Oregon)", &commercial, "USW2"},
	{"ca-central-1", "Canada (Central)", &commercial, "CAN1"},
	{"ca-west-1", "Canada West (Calgary)", &commercial, "CAN2"},
	{"mx-central-1", "Mexico (Central)", &commercial, "MXC1"},
	{"sa-east-1", "South America (São Paulo)", &commercial, "SAE1"},
	{"eu-west-1", "Europe (Ireland)", &commercial, "EU"},
	{"eu-west-2", "Europe (London)", &commercial, "EUW2"},
	{"eu-west-3", "Europe (Paris)", &commercial, "EUW3"},
	{"eu-central-1", "Europe (Frankfurt)", &commercial, "EUC1"},
	{"eu-central-2", "Europe (Zurich)", &commercial, "EUC2"},
	{"eu-north-1", "Europe (Stockholm)", &commercial, "EUN1"},
	{"eu-south-1", "Europe (Milan)", &commercial, "EUS1"},
	{"eu-south-2", "Europe (Spain)", &commercial, "EUS2"},
	{"af-south-1", "Africa (Cape Town)", &commercial, "AFS1"},
	{"il-central-1", "Israel (Tel Aviv)", &commercial, "ILC1"},
	{"me-central-1", "Middle East (UAE)", &commercial, "MEC1"},
	{"me-south-1", "Middle East (Bahrain)", &commercial, "MES1"},
	{"ap-east-1", "Asia Pacific (Hong Kong)", &commercial, "APE1"},
	{"ap-east-2", "Asia Pacific (Taipei)", &commercial, "APE2"},
	{"ap-northeast-1", "Asia Pacific (Tokyo)", &commercial, "APN1"},
	{"ap-northeast-2", "Asia Pacific (Seoul)", &commercial, "APN2"},
	{"ap-northeast-3", "Asia Pacific (Osaka)", &commercial, "APN3"},
	{"ap-south-1", "Asia Pacific (Mumbai)", &commercial, "APS3"},
	{"ap-south-2", "Asia Pacific (Hyderabad)", &commercial, "APS5"},
	{"ap-southeast-1", "Asia Pacific (Singapore)", &commercial, "APS1"},
	{"ap-southeast-2", "Asia Pacific (Sydney)", &commercial, "APS2"},
	{"ap-southeast-3", "Asia Pacific (Jakarta)", &commercial, "APS4"},
	{"ap-southeast-4", "Asia Pacific (Melbourne)", &commercial, "APS6"},
	{"ap-southeast-5", "Asia Pacific (Malaysia)", &commercial, "APS7"},
	{"ap-southeast-6", "Asia Pacific (New Zealand)", &commercial, "APS8"},
	{"ap-southeast-7", "Asia Pacific (Thailand)", &commercial, "APS9"},
	{"us-gov-east-1", "AWS GovCloud (US-East)", &govCloud, "UGE1"},
	{"us-gov-west-1", "AWS GovCloud (US-West)", &govCloud, "UGW1"},
	{"cn-north-1", "China (Beijing)", &china, ""},
	{"cn-northwest-1", "China (Ningxia)", &china, ""},
	{"eusc-de-east-1", "AWS European Sovereign Cloud (Germany)", &sovereign, ""},
	{"us-iso-east-1", "US ISO East", &isolated, ""},
	{"us-iso-west-1", "US ISO West", &isolated, ""},
	{"us-isob-east-1", "US ISOB East (Ohio)", &isolatedB, ""},
	{"us-isob-west-1", "US ISOB West", &isolatedB, ""},
	{"eu-isoe-west-1", "EU ISOE West", &isolatedE, ""},
	{"us-isof-east-1", "US ISOF East", &isolatedF, ""},
	{"us-isof-south-1", "US ISOF South", &isolatedF, ""},
}
