/** From checked settings and decisions to the stack that components make. */
import { azureDnsAddress } from "../azure/addresses";
import { LOG_CATEGORIES } from "../facts/diagnostics";
import { actionGroupLocation } from "../facts/monitoring";
import { LINKED_SERVICES } from "../facts/privateLink";
import { canonicalRegion } from "../facts/regions";
import { SCORE_ACTION } from "../facts/roles";
import { dnsZonesOf, type LinkedServiceName, linkedServices } from "../planner/linkedServices";
import { allowedRegions } from "../planner/residency";
import { scaleWeights } from "../planner/traffic";
import { type Decided, type Decisions, isStaged } from "./decisions";
import { stagingAdvice } from "./lockFile";
import { quotaNotes, quotaOf } from "./quota";
import { tokenNotes } from "./rules/token";
import type { RawStack } from "./settings";
import type { CreatedNetworkSpec, DeploymentSpec, EndpointSpec, PlatformSpec, ResidencySpec, SkippedDeployment, StackSpec } from "./spec";
import type { DeploymentSettings, EndpointSettings, PlatformSettings, Settings } from "./stackFile";

export function buildSpec(raw: RawStack, settings: Settings, decisions: Decisions): StackSpec {
  const { project, stack } = raw;
  const built = Object.entries(settings["moor:endpoints"]).map(([key, endpoint]) => buildEndpoint(stack, key, endpoint, decisions));
  const endpoints = built.map(({ endpoint }) => endpoint);
  const skipped = built.flatMap((each) => each.skipped);
  return {
    project,
    name: stack,
    location: settings["azure-native:location"],
    residency: residencySpec(settings["moor:residency"]),
    platform: platformSpec(settings["moor:platform"]),
    quota: settings["moor:quota"],
    endpoints,
    skipped,
    ...(settings["moor:huggingFaceTokenExpires"] === undefined ? {} : { tokenExpires: settings["moor:huggingFaceTokenExpires"] }),
    decisionsFrom: settings["moor:lock"] === "none" ? "computed" : "lock",
    notes: [
      ...lockNotes(settings),
      ...tokenNotes(raw, settings),
      ...platformNotes(settings["moor:platform"], endpoints),
      ...alertNotes(settings),
      ...ownerNotes(settings["moor:platform"]),
      ...endpoints.flatMap(endpointNotes),
      ...quotaNotes(quotaOf(stack, settings, decisions)),
      ...skipped.map(({ message }) => message),
    ],
  };
}

function residencySpec({ geography, regions }: Settings["moor:residency"]): ResidencySpec {
  return {
    ...(geography === undefined ? {} : { geography }),
    regions: allowedRegions({ geography, regions: regions?.map(canonicalRegion) }),
  };
}

function platformSpec({ network, workspace, imageRegistry, logs, ...rest }: PlatformSettings): PlatformSpec {
  return {
    network: network.existing ? { subnetId: network.existing.subnetId } : createdNetwork(network.create!),
    ...adopted("workspaceId", workspace),
    ...adopted("imageRegistryId", imageRegistry),
    ...adopted("logsId", logs),
    ...rest,
  };
}

function createdNetwork({
  addressSpace,
  dnsServers,
  securityGroup,
}: NonNullable<PlatformSettings["network"]["create"]>): CreatedNetworkSpec {
  return {
    addressSpace,
    ...(dnsServers === undefined ? {} : { dnsServers }),
    ...adopted("securityGroupId", securityGroup),
  };
}

function adopted<Key extends string>(key: Key, value: string): { readonly [K in Key]?: string } {
  return (value === "create" ? {} : { [key]: value }) as { readonly [K in Key]?: string };
}

interface BuiltEndpoint {
  readonly endpoint: EndpointSpec;
  readonly skipped: SkippedDeployment[];
}

function buildEndpoint(stack: string, key: string, settings: EndpointSettings, decisions: Decisions): BuiltEndpoint {
  const { deployments, name, ...rest } = settings;
  const built = Object.entries(deployments).map(([label, wished]) => {
    const decided = decisions(key, label);
    return { made: makeable(label, wished, decided), skipped: skip(stack, key, label, decided) };
  });
  const made = built.flatMap((each) => each.made ?? []);
  const endpoint = { key, ...(name === undefined ? {} : { name }), ...rest, deployments: scaleWeights(made) };
  return { endpoint, skipped: built.flatMap((each) => each.skipped ?? []) };
}

/** A deployment whose new weights aren't there keeps its previous decision in service; without one it is left out. */
function makeable(label: string, settings: DeploymentSettings, { current, previous }: Decided): DeploymentSpec | undefined {
  const [decision, kept] = [current, previous].filter((each) => each !== undefined).filter(isStaged);
  if (decision === undefined) return undefined;
  const { instances, scale, weight, mirror, update, keepPrevious, check } = settings;
  return {
    label,
    decision,
    ...(kept === undefined ? {} : { previous: kept }),
    instances: instances ?? scale?.min ?? 1,
    ...(scale === undefined ? {} : { scale }),
    weight,
    mirror,
    update,
    keepPrevious,
    ...(check === undefined ? {} : { check }),
  };
}

function skip(stack: string, endpoint: string, label: string, { current, previous, waitsFor }: Decided): SkippedDeployment | undefined {
  if (current && isStaged(current)) return undefined;
  const weights = current?.model && `its weights: ${stagingAdvice(stack, current.model)} and run \`pulumi up\` again`;
  const missing = waitsFor ?? weights;
  const instead = previous && isStaged(previous) ? `; ${previous.name} keeps serving` : "";
  return { endpoint, label, message: `Deployment ${endpoint}/${label} is left out, because it waits for ${missing}${instead}.` };
}

function lockNotes(settings: Settings): string[] {
  if (settings["moor:lock"] === "required") return [];
  return ["Decisions are made anew at each run (moor:lock: none): a newer Moor may change what runs."];
}

function platformNotes({ roles }: PlatformSettings, endpoints: readonly EndpointSpec[]): string[] {
  return [
    ...(endpoints.length > 0 ? [] : ["No endpoints: the stack makes the platform and nothing that serves."]),
    ...(roles === "moor"
      ? []
      : [
          "This stack grants no roles (roles: external): `pulumi up` names those that a deployment's identity lacks, with the command for " +
            "their owner, and the deployment fails until they are granted.",
          ...endpoints.filter(({ auth, invokers }) => auth === "entra" && invokers.length > 0).map(invokerNote),
        ]),
  ];
}

function alertNotes({ "azure-native:location": region, "moor:platform": { alerts }, "moor:alertWebhook": webhook }: Settings): string[] {
  const createsGroup = alerts !== undefined && (alerts.emails.length > 0 || webhook !== undefined);
  if (!createsGroup || actionGroupLocation(region) === region) return [];
  return [
    `Azure offers no action groups in ${region}: the e-mail addresses and the webhook of alerts are kept in a global action group, and ` +
      "processed in any geography.",
  ];
}

function invokerNote({ key, invokers }: EndpointSpec): string {
  return (
    `Endpoint ${key} answers its invokers (${invokers.join(", ")}) 403 until the owner of roles has given each of them a role with the ` +
    `action ${SCORE_ACTION} on it (roles: external).`
  );
}

/** What others owe the stack, with the ids that are known before anything is made; those that aren't are told once they are. */
function ownerNotes({ dns, privateEndpoints, diagnostics, network, workspace, imageRegistry, logs }: PlatformSettings): string[] {
  const where = network.existing?.subnetId ?? "the stack's subnet private-endpoints";
  const adopted = workspace !== "create";
  const [ofWorkspace, registry] = [
    adopted ? workspace : "the workspace",
    imageRegistry === "create" ? "the image registry" : imageRegistry,
  ];
  const targets = {
    blob: `storage of ${ofWorkspace}`,
    file: `storage of ${ofWorkspace}`,
    vault: `vault of ${ofWorkspace}`,
    workspace: ofWorkspace,
    registry,
  };
  const names = Object.keys(targets) as (keyof typeof targets)[];
  const made = privateEndpoints === "moor" ? linkedServices({ workspace: !adopted, imageRegistry: imageRegistry === "create" }) : [];
  const theirs = names.filter((name) => !made.includes(name));
  const zonesOf = (name: LinkedServiceName) => LINKED_SERVICES[name].zones.join(" and ");
  const named = (name: LinkedServiceName) => `${LINKED_SERVICES[name].groupId} (${zonesOf(name)})`;
  return [
    ...(privateEndpoints === "moor"
      ? []
      : [
          `This stack makes no private endpoints (privateEndpoints: policy), and doesn't see others'. Their owner makes, in ${where}: ` +
            `${names.map((name) => `${LINKED_SERVICES[name].groupId} of ${targets[name]} (${zonesOf(name)})`).join("; ")}.`,
        ]),
    ...(made.length > 0 && dns === "policy"
      ? [
          "This stack writes no DNS (dns: policy). The owner of the zones gives each private endpoint of the stack its zone group " +
            `(${made.map((name) => `${LINKED_SERVICES[name].groupId}: ${zonesOf(name)}`).join("; ")}) and lets them resolve from ${where}. ` +
            "What is missing is named by id once the endpoints are there.",
        ]
      : []),
    ...(network.existing && dns === "moor" && made.length > 0
      ? [
          `This stack links these private DNS zones of its own to the network of ${where} (dns: moor): ${dnsZonesOf(made).join(", ")}. Azure ` +
            "links one zone of a name to a network: if the network has such zones, set dns: policy.",
        ]
      : []),
    ...(network.create?.dnsServers === undefined
      ? []
      : [
          `The created network uses the DNS servers ${network.create.dnsServers.join(", ")} (dnsServers): they must forward ` +
            `${names.flatMap((name) => LINKED_SERVICES[name].zones).join(", ")} to Azure DNS (${azureDnsAddress}), or clients don't find the ` +
            "private endpoints.",
        ]),
    ...(adopted && privateEndpoints === "moor"
      ? [
          `This stack creates no private endpoint to ${workspace}, because it is adopted: callers use the private endpoints that its owner ` +
            `created in the callers' network, each with its zones: ${theirs.map(named).join("; ")}. The owner of the zones links them to that network.`,
        ]
      : []),
    ...(diagnostics === "moor"
      ? []
      : [
          `This stack makes no diagnostic settings (diagnostics: policy). Their owner sends ${LOG_CATEGORIES.join(", ")} of each ` +
            `endpoint to ${logs === "create" ? "the stack's Log Analytics workspace" : logs}. What is missing is named by id once the endpoints are there.`,
        ]),
  ];
}

function endpointNotes({ key, auth, invokers }: EndpointSpec): string[] {
  return [
    ...(auth === "entra" && invokers.length === 0
      ? [`Endpoint ${key} has no invokers: nobody is granted the right to score by this stack.`]
      : []),
  ];
}
