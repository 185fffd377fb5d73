/**
 * Resource types that this program doesn't create and that rules must know, because they can store, copy, send or expose data. The parameters in
 * braces are inputs of azure-native's class. Source: azure-rest-api-specs; the classes of azure-native 3.28.
 */
const paths = {
  "apimanagement:ApiManagementService": "Microsoft.ApiManagement/service/{serviceName}",
  "app:ContainerApp": "Microsoft.App/containerApps/{containerAppName}",
  "app:ManagedEnvironment": "Microsoft.App/managedEnvironments/{environmentName}",
  "cdn:AFDEndpoint": "Microsoft.Cdn/profiles/{profileName}/afdEndpoints/{endpointName}",
  "cdn:Endpoint": "Microsoft.Cdn/profiles/{profileName}/endpoints/{endpointName}",
  "cdn:Profile": "Microsoft.Cdn/profiles/{profileName}",
  "cognitiveservices:Account": "Microsoft.CognitiveServices/accounts/{accountName}",
  "cognitiveservices:Deployment": "Microsoft.CognitiveServices/accounts/{accountName}/deployments/{deploymentName}",
  "compute:Disk": "Microsoft.Compute/disks/{diskName}",
  "compute:Gallery": "Microsoft.Compute/galleries/{galleryName}",
  "compute:Snapshot": "Microsoft.Compute/snapshots/{snapshotName}",
  "compute:VirtualMachine": "Microsoft.Compute/virtualMachines/{vmName}",
  "compute:VirtualMachineScaleSet": "Microsoft.Compute/virtualMachineScaleSets/{vmScaleSetName}",
  "containerregistry:AgentPool": "Microsoft.ContainerRegistry/registries/{registryName}/agentPools/{agentPoolName}",
  "containerregistry:CacheRule": "Microsoft.ContainerRegistry/registries/{registryName}/cacheRules/{cacheRuleName}",
  "containerregistry:ConnectedRegistry":
    "Microsoft.ContainerRegistry/registries/{registryName}/connectedRegistries/{connectedRegistryName}",
  "containerregistry:CredentialSet": "Microsoft.ContainerRegistry/registries/{registryName}/credentialSets/{credentialSetName}",
  "containerregistry:ExportPipeline": "Microsoft.ContainerRegistry/registries/{registryName}/exportPipelines/{exportPipelineName}",
  "containerregistry:ImportPipeline": "Microsoft.ContainerRegistry/registries/{registryName}/importPipelines/{importPipelineName}",
  "containerregistry:PipelineRun": "Microsoft.ContainerRegistry/registries/{registryName}/pipelineRuns/{pipelineRunName}",
  "containerregistry:PrivateEndpointConnection":
    "Microsoft.ContainerRegistry/registries/{registryName}/privateEndpointConnections/{privateEndpointConnectionName}",
  "containerregistry:ScopeMap": "Microsoft.ContainerRegistry/registries/{registryName}/scopeMaps/{scopeMapName}",
  "containerregistry:Token": "Microsoft.ContainerRegistry/registries/{registryName}/tokens/{tokenName}",
  "containerregistry:Webhook": "Microsoft.ContainerRegistry/registries/{registryName}/webhooks/{webhookName}",
  "containerservice:ManagedCluster": "Microsoft.ContainerService/managedClusters/{resourceName}",
  "databricks:Workspace": "Microsoft.Databricks/workspaces/{workspaceName}",
  "datafactory:Factory": "Microsoft.DataFactory/factories/{factoryName}",
  "dataprotection:BackupVault": "Microsoft.DataProtection/backupVaults/{vaultName}",
  "dataprotection:BackupInstance": "Microsoft.DataProtection/backupVaults/{vaultName}/backupInstances/{backupInstanceName}",
  "dns:Zone": "Microsoft.Network/dnsZones/{zoneName}",
  "cosmosdb:DatabaseAccount": "Microsoft.DocumentDB/databaseAccounts/{accountName}",
  "eventgrid:Domain": "Microsoft.EventGrid/domains/{domainName}",
  "eventgrid:SystemTopic": "Microsoft.EventGrid/systemTopics/{systemTopicName}",
  "eventgrid:SystemTopicEventSubscription": "Microsoft.EventGrid/systemTopics/{systemTopicName}/eventSubscriptions/{eventSubscriptionName}",
  "eventgrid:Topic": "Microsoft.EventGrid/topics/{topicName}",
  "eventhub:EventHub": "Microsoft.EventHub/namespaces/{namespaceName}/eventhubs/{eventHubName}",
  "eventhub:Namespace": "Microsoft.EventHub/namespaces/{namespaceName}",
  "eventhub:NamespaceAuthorizationRule": "Microsoft.EventHub/namespaces/{namespaceName}/authorizationRules/{authorizationRuleName}",
  "keyvault:AccessPolicy": "Microsoft.KeyVault/vaults/{vaultName}/accessPolicies/add",
  "keyvault:Key": "Microsoft.KeyVault/vaults/{vaultName}/keys/{keyName}",
  "keyvault:ManagedHsm": "Microsoft.KeyVault/managedHSMs/{name}",
  "keyvault:PrivateEndpointConnection": "Microsoft.KeyVault/vaults/{vaultName}/privateEndpointConnections/{privateEndpointConnectionName}",
  "logic:Workflow": "Microsoft.Logic/workflows/{workflowName}",
  "machinelearningservices:BatchDeployment":
    "Microsoft.MachineLearningServices/workspaces/{workspaceName}/batchEndpoints/{endpointName}/deployments/{deploymentName}",
  "machinelearningservices:BatchEndpoint": "Microsoft.MachineLearningServices/workspaces/{workspaceName}/batchEndpoints/{endpointName}",
  "machinelearningservices:DataContainer": "Microsoft.MachineLearningServices/workspaces/{workspaceName}/data/{name}",
  "machinelearningservices:DataVersion": "Microsoft.MachineLearningServices/workspaces/{workspaceName}/data/{name}/versions/{version}",
  "machinelearningservices:Job": "Microsoft.MachineLearningServices/workspaces/{workspaceName}/jobs/{id}",
  "machinelearningservices:LinkedWorkspace": "Microsoft.MachineLearningServices/workspaces/{workspaceName}/linkedWorkspaces/{linkName}",
  "machinelearningservices:MarketplaceSubscription":
    "Microsoft.MachineLearningServices/workspaces/{workspaceName}/marketplaceSubscriptions/{name}",
  "machinelearningservices:PrivateEndpointConnection":
    "Microsoft.MachineLearningServices/workspaces/{workspaceName}/privateEndpointConnections/{privateEndpointConnectionName}",
  "machinelearningservices:RegistryCodeVersion":
    "Microsoft.MachineLearningServices/registries/{registryName}/codes/{codeName}/versions/{version}",
  "machinelearningservices:RegistryDataVersion":
    "Microsoft.MachineLearningServices/registries/{registryName}/data/{name}/versions/{version}",
  "machinelearningservices:Schedule": "Microsoft.MachineLearningServices/workspaces/{workspaceName}/schedules/{name}",
  "machinelearningservices:ServerlessEndpoint": "Microsoft.MachineLearningServices/workspaces/{workspaceName}/serverlessEndpoints/{name}",
  "monitor:DataCollectionEndpoint": "Microsoft.Insights/dataCollectionEndpoints/{dataCollectionEndpointName}",
  "monitor:DataCollectionRule": "Microsoft.Insights/dataCollectionRules/{dataCollectionRuleName}",
  "monitor:PrivateLinkScope": "Microsoft.Insights/privateLinkScopes/{scopeName}",
  "monitor:PrivateLinkScopedResource": "Microsoft.Insights/privateLinkScopes/{scopeName}/scopedResources/{name}",
  "monitor:ActivityLogAlert": "Microsoft.Insights/activityLogAlerts/{activityLogAlertName}",
  "network:ApplicationGateway": "Microsoft.Network/applicationGateways/{applicationGatewayName}",
  "network:AzureFirewall": "Microsoft.Network/azureFirewalls/{azureFirewallName}",
  "network:BastionHost": "Microsoft.Network/bastionHosts/{bastionHostName}",
  "network:FlowLog": "Microsoft.Network/networkWatchers/{networkWatcherName}/flowLogs/{flowLogName}",
  "network:LoadBalancer": "Microsoft.Network/loadBalancers/{loadBalancerName}",
  "network:NetworkInterface": "Microsoft.Network/networkInterfaces/{networkInterfaceName}",
  "network:NetworkWatcher": "Microsoft.Network/networkWatchers/{networkWatcherName}",
  "network:PrivateLinkService": "Microsoft.Network/privateLinkServices/{serviceName}",
  "network:PublicIPPrefix": "Microsoft.Network/publicIPPrefixes/{publicIpPrefixName}",
  "network:Route": "Microsoft.Network/routeTables/{routeTableName}/routes/{routeName}",
  "network:RouteTable": "Microsoft.Network/routeTables/{routeTableName}",
  "network:SecurityRule": "Microsoft.Network/networkSecurityGroups/{networkSecurityGroupName}/securityRules/{securityRuleName}",
  "network:VirtualNetworkGateway": "Microsoft.Network/virtualNetworkGateways/{virtualNetworkGatewayName}",
  "network:VirtualNetworkPeering":
    "Microsoft.Network/virtualNetworks/{virtualNetworkName}/virtualNetworkPeerings/{virtualNetworkPeeringName}",
  "operationalinsights:Cluster": "Microsoft.OperationalInsights/clusters/{clusterName}",
  "operationalinsights:DataExport": "Microsoft.OperationalInsights/workspaces/{workspaceName}/dataExports/{dataExportName}",
  "operationalinsights:LinkedService": "Microsoft.OperationalInsights/workspaces/{workspaceName}/linkedServices/{linkedServiceName}",
  "operationalinsights:LinkedStorageAccount":
    "Microsoft.OperationalInsights/workspaces/{workspaceName}/linkedStorageAccounts/{dataSourceType}",
  "operationalinsights:Table": "Microsoft.OperationalInsights/workspaces/{workspaceName}/tables/{tableName}",
  "operationsmanagement:Solution": "Microsoft.OperationsManagement/solutions/{solutionName}",
  "resources:DeploymentStackAtResourceGroup": "Microsoft.Resources/deploymentStacks/{deploymentStackName}",
  "recoveryservices:Vault": "Microsoft.RecoveryServices/vaults/{vaultName}",
  "redis:Redis": "Microsoft.Cache/redis/{name}",
  "search:Service": "Microsoft.Search/searchServices/{searchServiceName}",
  "servicebus:Namespace": "Microsoft.ServiceBus/namespaces/{namespaceName}",
  "sql:Server": "Microsoft.Sql/servers/{serverName}",
  "storage:BlobInventoryPolicy": "Microsoft.Storage/storageAccounts/{accountName}/inventoryPolicies/{blobInventoryPolicyName}",
  "storage:EncryptionScope": "Microsoft.Storage/storageAccounts/{accountName}/encryptionScopes/{encryptionScopeName}",
  "storage:FileServiceProperties": "Microsoft.Storage/storageAccounts/{accountName}/fileServices/{fileServicesName}",
  "storage:FileShare": "Microsoft.Storage/storageAccounts/{accountName}/fileServices/default/shares/{shareName}",
  "storage:LocalUser": "Microsoft.Storage/storageAccounts/{accountName}/localUsers/{username}",
  "storage:ManagementPolicy": "Microsoft.Storage/storageAccounts/{accountName}/managementPolicies/{managementPolicyName}",
  "storage:ObjectReplicationPolicy":
    "Microsoft.Storage/storageAccounts/{accountName}/objectReplicationPolicies/{objectReplicationPolicyId}",
  "storage:PrivateEndpointConnection":
    "Microsoft.Storage/storageAccounts/{accountName}/privateEndpointConnections/{privateEndpointConnectionName}",
  "storage:Queue": "Microsoft.Storage/storageAccounts/{accountName}/queueServices/default/queues/{queueName}",
  "storage:StorageTaskAssignment": "Microsoft.Storage/storageAccounts/{accountName}/storageTaskAssignments/{storageTaskAssignmentName}",
  "storage:Table": "Microsoft.Storage/storageAccounts/{accountName}/tableServices/default/tables/{tableName}",
  "storageactions:StorageTask": "Microsoft.StorageActions/storageTasks/{storageTaskName}",
  "streamanalytics:StreamingJob": "Microsoft.StreamAnalytics/streamingjobs/{jobName}",
  "trafficmanager:Profile": "Microsoft.Network/trafficmanagerprofiles/{profileName}",
  "web:AppServicePlan": "Microsoft.Web/serverfarms/{name}",
  "web:WebApp": "Microsoft.Web/sites/{name}",
} satisfies Readonly<Record<string, string>>;

const scoped = {
  "authorization:PolicyAssignment": "Microsoft.Authorization/policyAssignments/{policyAssignmentName}",
  "authorization:PolicyExemption": "Microsoft.Authorization/policyExemptions/{policyExemptionName}",
  "eventgrid:EventSubscription": "Microsoft.EventGrid/eventSubscriptions/{eventSubscriptionName}",
  "resources:DeploymentAtScope": "Microsoft.Resources/deployments/{deploymentName}",
} satisfies Readonly<Record<string, string>>;

const templates: readonly (readonly [string, string])[] = [
  ...Object.entries(paths).map(
    ([name, path]) => [name, `/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/${path}`] as const,
  ),
  ...Object.entries(scoped).map(([name, path]) => [name, `/{scope}/providers/${path}`] as const),
  ["monitor:DataCollectionRuleAssociation", "/{resourceUri}/providers/Microsoft.Insights/dataCollectionRuleAssociations/{associationName}"],
  [
    "resources:DeploymentAtManagementGroupScope",
    "/providers/Microsoft.Management/managementGroups/{groupId}/providers/Microsoft.Resources/deployments/{deploymentName}",
  ],
  ["resources:DeploymentAtSubscriptionScope", "/subscriptions/{subscriptionId}/providers/Microsoft.Resources/deployments/{deploymentName}"],
  ["resources:DeploymentAtTenantScope", "/providers/Microsoft.Resources/deployments/{deploymentName}"],
];

/** Template of the ID by token. */
export const otherTypes: ReadonlyMap<string, string> = new Map(templates);
