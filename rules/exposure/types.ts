/** ARM types that more than one file of this folder names. */
import { armTypeOf } from "../../azure/resourceTypes";

export const STORAGE = armTypeOf("storage:StorageAccount");
export const VAULT = armTypeOf("keyvault:Vault");
export const REGISTRY = armTypeOf("containerregistry:Registry");
export const LOGS = armTypeOf("operationalinsights:Workspace");
export const APP_INSIGHTS = armTypeOf("applicationinsights:Component");
export const WORKSPACE = armTypeOf("machinelearningservices:Workspace");
export const ENDPOINT = armTypeOf("machinelearningservices:OnlineEndpoint");
export const DEPLOYMENT = armTypeOf("machinelearningservices:OnlineDeployment");
export const IDENTITY = armTypeOf("managedidentity:UserAssignedIdentity");
export const SUBNET = armTypeOf("network:Subnet");
export const NETWORK = armTypeOf("network:VirtualNetwork");
export const SECURITY_GROUP = armTypeOf("network:NetworkSecurityGroup");
export const NAT_GATEWAY = armTypeOf("network:NatGateway");
export const PUBLIC_ADDRESS = armTypeOf("network:PublicIPAddress");
export const ROLE_ASSIGNMENT = armTypeOf("authorization:RoleAssignment");
export const ROLE_DEFINITION = armTypeOf("authorization:RoleDefinition");
