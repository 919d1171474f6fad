//! The services that have a service-linked role, with its name and policy.
//!
//! As their documentation tells, listed at
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html>.

/// A service with a service-linked role.
pub(super) struct LinkedService {
    /// Without `.amazonaws.com`.
    prefix: &'static str,
    /// What follows `AWSServiceRoleFor`.
    pub(super) role: &'static str,
    /// The managed policy that is attached to it; `None`: it is not among those that we have, so that the role cannot
    /// be made.
    pub(super) policy: Option<&'static str>,
    /// Whether there may be more than one, told apart by a suffix.
    pub(super) has_suffix: bool,
}

/// The service of a service principal such as `ecs.amazonaws.com`; `None`: it is not known to have a role.
pub(super) fn linked_service(principal: &str) -> Option<&'static LinkedService> {
    let prefix = principal.strip_suffix(".amazonaws.com")?;
    SERVICES.iter().find(|service| service.prefix == prefix)
}

const fn one(prefix: &'static str, role: &'static str, policy: &'static str) -> LinkedService {
    LinkedService { prefix, role, policy: Some(policy), has_suffix: false }
}

const fn many(prefix: &'static str, role: &'static str, policy: &'static str) -> LinkedService {
    LinkedService { prefix, role, policy: Some(policy), has_suffix: true }
}

const fn without_policy(prefix: &'static str, role: &'static str) -> LinkedService {
    LinkedService { prefix, role, policy: None, has_suffix: false }
}

#[rustfmt::skip]
const SERVICES: &[LinkedService] = &[
    one("access-analyzer", "AccessAnalyzer", "AccessAnalyzerServiceRolePolicy"),
    one("accountdiscovery.ssm", "AmazonSSM_AccountDiscovery", "AWSSystemsManagerAccountDiscoveryServicePolicy"),
    one("acm", "CertificateManager", "CertificateManagerServiceRolePolicy"),
    one("apidestinations.events", "AmazonEventBridgeApiDestinations", "AmazonEventBridgeApiDestinationsServiceRolePolicy"),
    one("appmesh", "AppMesh", "AWSAppMeshServiceRolePolicy"),
    one("appstream.application-autoscaling", "ApplicationAutoScaling_AppStreamFleet", "AWSApplicationAutoscalingAppStreamFleetPolicy"),
    many("autoscaling", "AutoScaling", "AutoScalingServiceRolePolicy"),
    one("autoscaling-plans", "AutoScalingPlans_EC2AutoScaling", "AWSAutoScalingPlansEC2AutoScalingPolicy"),
    one("backup", "Backup", "AWSBackupServiceLinkedRolePolicyForBackup"),
    one("batch", "Batch", "BatchServiceRolePolicy"),
    one("cassandra.application-autoscaling", "ApplicationAutoScaling_CassandraTable", "AWSApplicationAutoscalingCassandraTablePolicy"),
    one("cks.kms", "KeyManagementServiceCustomKeyStores", "AWSKeyManagementServiceCustomKeyStoresServiceRolePolicy"),
    one("cloudtrail", "CloudTrail", "CloudTrailServiceRolePolicy"),
    one("codestar-notifications", "CodeStarNotifications", "AWSCodeStarNotificationsServiceRolePolicy"),
    one("comprehend.application-autoscaling", "ApplicationAutoScaling_ComprehendEndpoint", "AWSApplicationAutoscalingComprehendEndpointPolicy"),
    one("config", "Config", "AWSConfigServiceRolePolicy"),
    many("connect", "AmazonConnect", "AmazonConnectServiceLinkedRolePolicy"),
    one("custom-resource.application-autoscaling", "ApplicationAutoScaling_CustomResource", "AWSApplicationAutoScalingCustomResourcePolicy"),
    one("dms", "DMSServerless", "AWSDMSServerlessServiceRolePolicy"),
    one("dms-fleet-advisor", "DMSFleetAdvisor", "AWSDMSFleetAdvisorServiceRolePolicy"),
    one("docdb-elastic", "DocDB-Elastic", "AmazonDocDB-ElasticServiceRolePolicy"),
    one("dynamodb.application-autoscaling", "ApplicationAutoScaling_DynamoDBTable", "AWSApplicationAutoscalingDynamoDBTablePolicy"),
    one("ec2-instance-connect", "Ec2InstanceConnect", "Ec2InstanceConnectEndpoint"),
    one("ec2.application-autoscaling", "ApplicationAutoScaling_EC2SpotFleetRequest", "AWSApplicationAutoscalingEC2SpotFleetRequestPolicy"),
    one("ecr", "ECRTemplate", "ECRTemplateServiceRolePolicy"),
    one("ecs", "ECS", "AmazonECSServiceRolePolicy"),
    one("ecs.application-autoscaling", "ApplicationAutoScaling_ECSService", "AWSApplicationAutoscalingECSServicePolicy"),
    one("eks", "AmazonEKS", "AmazonEKSServiceRolePolicy"),
    one("eks-connector", "AmazonEKSConnector", "AmazonEKSConnectorServiceRolePolicy"),
    one("eks-fargate", "AmazonEKSForFargate", "AmazonEKSForFargateServiceRolePolicy"),
    one("eks-nodegroup", "AmazonEKSNodegroup", "AWSServiceRoleForAmazonEKSNodegroup"),
    one("elasticache", "ElastiCache", "ElastiCacheServiceRolePolicy"),
    one("elasticache.application-autoscaling", "ApplicationAutoScaling_ElastiCacheRG", "AWSApplicationAutoscalingElastiCacheRGPolicy"),
    one("elasticbeanstalk", "ElasticBeanstalk", "AWSElasticBeanstalkServiceRolePolicy"),
    one("elasticfilesystem", "AmazonElasticFileSystem", "AmazonElasticFileSystemServiceRolePolicy"),
    one("elasticloadbalancing", "ElasticLoadBalancing", "AWSElasticLoadBalancingServiceRolePolicy"),
    one("email.cognito-idp", "AmazonCognitoIdpEmailService", "AmazonCognitoIdpEmailServiceRolePolicy"),
    one("emr-containers", "AmazonEMRContainers", "AmazonEMRContainersServiceRolePolicy"),
    one("emrwal", "EMRWAL", "EMRDescribeClusterPolicyForEMRWAL"),
    one("fis", "FIS", "AmazonFISServiceRolePolicy"),
    one("grafana", "AmazonGrafana", "AmazonGrafanaServiceLinkedRolePolicy"),
    one("guardduty", "AmazonGuardDuty", "AmazonGuardDutyServiceRolePolicy"),
    one("imagebuilder", "ImageBuilder", "AWSServiceRoleForImageBuilder"),
    one("inspector2", "AmazonInspector2", "AmazonInspector2ServiceRolePolicy"),
    one("iotmanagedintegrations", "IoTManagedIntegrations", "AWSIoTManagedIntegrationsRolePolicy"),
    one("kafka", "Kafka", "KafkaServiceRolePolicy"),
    one("kafka.application-autoscaling", "ApplicationAutoScaling_KafkaCluster", "AWSApplicationAutoscalingKafkaClusterPolicy"),
    one("kafkaconnect", "KafkaConnect", "KafkaConnectServiceRolePolicy"),
    one("lakeformation", "LakeFormationDataAccess", "LakeFormationDataAccessServiceRolePolicy"),
    one("lambda.application-autoscaling", "ApplicationAutoScaling_LambdaConcurrency", "AWSApplicationAutoscalingLambdaConcurrencyPolicy"),
    without_policy("lex", "LexBots"),
    many("lexv2", "LexV2Bots", "AmazonLexV2BotPolicy"),
    one("lightsail", "Lightsail", "LightsailExportAccess"),
    one("m2", "AWSM2", "AWSM2ServicePolicy"),
    one("macie", "AmazonMacie", "AmazonMacieServiceRolePolicy"),
    one("memorydb", "MemoryDB", "MemoryDBServiceRolePolicy"),
    one("mq", "AmazonMQ", "AmazonMQServiceRolePolicy"),
    one("mrk.kms", "KeyManagementServiceMultiRegionKeys", "AWSKeyManagementServiceMultiRegionKeysServiceRolePolicy"),
    one("neptune.application-autoscaling", "ApplicationAutoScaling_NeptuneCluster", "AWSApplicationAutoscalingNeptuneClusterPolicy"),
    one("notifications", "AwsUserNotifications", "AWSUserNotificationsServiceLinkedRolePolicy"),
    one("observability.aoss", "AmazonOpenSearchServerless", "AmazonOpenSearchServerlessServiceRolePolicy"),
    one("opensearchservice", "AmazonOpenSearchService", "AmazonOpenSearchServiceRolePolicy"),
    one("ops.apigateway", "APIGateway", "APIGatewayServiceRolePolicy"),
    one("ops.emr-serverless", "AmazonEMRServerless", "AmazonEMRServerlessServiceRolePolicy"),
    one("opsdatasync.ssm", "SystemsManagerOpsDataSync", "AWSSystemsManagerOpsDataSyncServiceRolePolicy"),
    one("opsinsights.ssm", "AmazonSSM_OpsInsights", "AWSSSMOpsInsightsServiceRolePolicy"),
    one("organizations", "Organizations", "AWSOrganizationsServiceTrustPolicy"),
    one("pullthroughcache.ecr", "ECRPullThroughCache", "AWSECRPullThroughCache_ServiceRolePolicy"),
    one("ram", "ResourceAccessManager", "AWSResourceAccessManagerServiceRolePolicy"),
    one("rds", "RDS", "AmazonRDSServiceRolePolicy"),
    one("rds.application-autoscaling", "ApplicationAutoScaling_RDSCluster", "AWSApplicationAutoscalingRDSClusterPolicy"),
    one("redshift", "Redshift", "AmazonRedshiftServiceLinkedRolePolicy"),
    one("replication.cassandra", "KeyspacesReplication", "KeyspacesReplicationServiceRolePolicy"),
    one("replication.dynamodb", "DynamoDBReplication", "DynamoDBReplicationServiceRolePolicy"),
    one("replication.ecr", "ECRReplication", "ECRReplicationServiceRolePolicy"),
    one("repository.sync.codeconnections", "GitSync", "AWSGitSyncServiceRolePolicy"),
    one("resource-explorer-2", "ResourceExplorer", "AWSResourceExplorerServiceRolePolicy"),
    one("rolesanywhere", "RolesAnywhere", "AWSRolesAnywhereServicePolicy"),
    one("s3-outposts", "S3OnOutposts", "AWSS3OnOutpostsServiceRolePolicy"),
    one("sagemaker.application-autoscaling", "ApplicationAutoScaling_SageMakerEndpoint", "AWSApplicationAutoscalingSageMakerEndpointPolicy"),
    one("securityhub", "SecurityHub", "AWSSecurityHubServiceRolePolicy"),
    one("ses", "AmazonSES", "AmazonSESServiceRolePolicy"),
    one("shield", "AWSShield", "AWSShieldServiceRolePolicy"),
    one("spot", "EC2Spot", "AWSEC2SpotServiceRolePolicy"),
    one("spotfleet", "EC2SpotFleet", "AWSEC2SpotFleetServiceRolePolicy"),
    one("ssm", "AmazonSSM", "AmazonSSMServiceRolePolicy"),
    one("ssm-incidents", "IncidentManager", "AWSIncidentManagerServiceRolePolicy"),
    one("ssm-quicksetup", "SSMQuickSetup", "SSMQuickSetupRolePolicy"),
    one("sso", "SSO", "AWSSSOServiceRolePolicy"),
    one("support", "Support", "AWSSupportServiceRolePolicy"),
    one("transitgateway", "VPCTransitGateway", "AWSVPCTransitGatewayServiceRolePolicy"),
    one("trustedadvisor", "TrustedAdvisor", "AWSTrustedAdvisorServiceRolePolicy"),
    one("vpcorigin.cloudfront", "CloudFrontVPCOrigin", "AWSCloudFrontVPCOriginServiceRolePolicy"),
    one("waf", "WAFLogging", "WAFLoggingServiceRolePolicy"),
    one("wafv2", "WAFV2Logging", "WAFV2LoggingServiceRolePolicy"),
    one("workspaces.application-autoscaling", "ApplicationAutoScaling_WorkSpacesPool", "AWSApplicationAutoscalingWorkSpacesPoolPolicy"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iam::aws_managed;

    #[test]
    fn each_service_is_there_once_with_a_policy_of_aws() {
        assert!(SERVICES.is_sorted_by(|one, other| one.prefix < other.prefix));
        for policy in SERVICES.iter().filter_map(|service| service.policy) {
            let arn = format!("arn:aws:iam::aws:policy/aws-service-role/{policy}");
            assert!(aws_managed::find(&arn).is_some(), "{arn}");
        }
    }
}
