/** Builds the specification of a stack, which the components create, from checked settings and decisions. */
import { azureDnsAddress } from "../azure/addresses";
import { LOG_CATEGORIES } from "../facts/diagnostics";
import { actionGroupLocation } from "../facts/monitoring";
import { LINKED_SERVICES } from "../facts/privateLink";
import { canonicalRegion } from "../facts/regions";
import { SCORE_ACTION } from "../facts/roles";
import { costOf, rangeText } from "../planner/cost";
import type { DeploymentDecision } from "../planner/decision";
import { dnsZonesOf, type LinkedServiceName, linkedServices } from "../planner/linkedServices";
import { allowedRegions, canonicalCountry } from "../planner/residency";
import { scaleWeights } from "../planner/traffic";
import { dayOf } from "../rules";
import { type Decided, type Decisions, isStaged } from "./decisions";
import { isPlatformOnly, isPlatformRun } from "./endpointsVariable";
import { plannedImages } from "./images/planned";
import type { ImageOf } from "./images/stack";
import { lockFileName, stagingAdvice } from "./lockFile";
import { quotaNotes, quotaOf } from "./quota";
import { acceptNotes } from "./rules/accept";
import { tokenNotes } from "./rules/token";
import type { RawStack } from "./settings";
import type { CreatedNetworkSpec, DeploymentSpec, EndpointSpec, PlatformSpec, ResidencySpec, SkippedDeployment, StackSpec } from "./spec";
import { instancesOf } from "./stackCost";
import type { DeploymentSettings, EndpointSettings, PlatformSettings, Settings } from "./stackFile";

export function buildSpec(raw: RawStack, settings: Settings, decisions: Decisions, imageOf: ImageOf): StackSpec {
  const { project, stack } = raw;
  const built = Object.entries(settings["moor:endpoints"]).map(([key, endpoint]) => buildEndpoint(raw, key, endpoint, decisions));
  const endpoints = built.map(({ endpoint }) => endpoint);
  const skipped = built.flatMap((each) => each.skipped);
  return {
    project,
    name: stack,
    location: settings["azure-native:location"],
    residency: residencySpec(settings["moor:residency"]),
    accept: settings["moor:accept"],
    platform: platformSpec(settings["moor:platform"]),
    quota: settings["moor:quota"],
    endpoints,
    images: plannedImages(endpoints, imageOf),
    skipped,
    ...(settings["moor:huggingFaceTokenExpires"] === undefined ? {} : { tokenExpires: settings["moor:huggingFaceTokenExpires"] }),
    decisionsFrom: settings["moor:lock"] === "none" ? "computed" : "lock",
    notes: [
      ...endpointsNotes(raw, settings),
      ...lockNotes(settings),
      ...tokenNotes(raw, settings),
      ...acceptNotes(settings["moor:accept"], dayOf(raw.now ?? new Date())),
      ...(isPlatformRun(raw) ? [] : endpointNote(endpoints)),
      ...platformNotes(settings["moor:platform"], endpoints),
      ...alertNotes(settings),
      ...ownerNotes(settings["moor:platform"]),
      ...endpoints.flatMap(endpointNotes),
      ...quotaNotes(quotaOf(stack, settings, decisions)),
      ...skipped.map(({ message }) => message),
    ],
  };
}

function residencySpec({ geography, regions, countries: codes }: Settings["moor:residency"]): ResidencySpec {
  const countries = codes === undefined ? undefined : [...new Set(codes.map(canonicalCountry))];
  return {
    ...(geography === undefined ? {} : { geography }),
    ...(countries === undefined ? {} : { countries }),
    regions: allowedRegions({ geography, regions: regions?.map(canonicalRegion), countries }),
  };
}

function platformSpec({ network, workspace, imageRegistry, logs, ...rest }: PlatformSettings): PlatformSpec {
  return {
    network: network.existing ?? createdNetwork(network.create!),
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
  scripts,
}: NonNullable<PlatformSettings["network"]["create"]>): CreatedNetworkSpec {
  return {
    addressSpace,
    ...(dnsServers === undefined ? {} : { dnsServers }),
    ...adopted("securityGroupId", securityGroup),
    ...(scripts === undefined ? {} : { scripts }),
  };
}

function adopted<Key extends string>(key: Key, value: string): { readonly [K in Key]?: string } {
  return (value === "create" ? {} : { [key]: value }) as { readonly [K in Key]?: string };
}

interface BuiltEndpoint {
  readonly endpoint: EndpointSpec;
  readonly skipped: SkippedDeployment[];
}

function buildEndpoint(raw: RawStack, key: string, settings: EndpointSettings, decisions: Decisions): BuiltEndpoint {
  const { deployments, name, ...rest } = settings;
  const built = Object.entries(deployments).map(([label, deployment]) => {
    const decided = decisions(key, label);
    return { spec: deployable(label, deployment, decided), skipped: skip(raw, { endpoint: key, label }, deployment, decided) };
  });
  const specs = built.flatMap((each) => each.spec ?? []);
  const endpoint = { key, ...(name === undefined ? {} : { name }), ...rest, deployments: scaleWeights(specs) };
  return { endpoint, skipped: built.flatMap((each) => each.skipped ?? []) };
}

/** While its new weights aren't staged, a deployment keeps its previous decision. Without a previous decision, it is skipped. */
function deployable(label: string, settings: DeploymentSettings, { current, previous }: Decided): DeploymentSpec | undefined {
  const [decision, fallback] = [current, previous].filter((each) => each !== undefined).filter(isStaged);
  return decision === undefined ? undefined : deploymentSpec(label, settings, decision, fallback);
}

function deploymentSpec(
  label: string,
  { instances, scale, weight, mirror, update, keepPrevious, check }: DeploymentSettings,
  decision: DeploymentDecision,
  previous: DeploymentDecision | undefined,
): DeploymentSpec {
  return {
    label,
    decision,
    ...(previous === undefined ? {} : { previous }),
    instances: instances ?? scale?.min ?? 1,
    ...(scale === undefined ? {} : { scale }),
    weight,
    mirror,
    update,
    keepPrevious,
    ...(check === undefined ? {} : { check }),
  };
}

function skip(
  { stack, local, settings: { "azure-native:location": region = "" } }: RawStack,
  { endpoint, label }: Pick<SkippedDeployment, "endpoint" | "label">,
  settings: DeploymentSettings,
  { current, previous, missing }: Decided,
): SkippedDeployment | undefined {
  if (current && isStaged(current)) return undefined;
  const up = local ? `npm run local -- up -s ${stack}` : "pulumi up";
  const weights = current?.model && `its weights are not staged. To stage them, ${stagingAdvice(stack, local)}. Then run \`${up}\` again.`;
  const reason = missing ?? weights;
  const instead = previous && isStaged(previous) ? ` Until then, ${previous.name} continues to serve.` : "";
  const message = `Deployment ${endpoint}/${label} is skipped: ${reason}${instead}`;
  if (current === undefined) return { endpoint, label, message };
  const instances = instancesOf(endpoint, [deploymentSpec(label, settings, current, undefined)], region);
  const { usdPerMonth, unpriced } = costOf(instances);
  const price = unpriced.length > 0 ? "" : ` ${endpoint}/${label} will cost ${rangeText(usdPerMonth)} USD/month at list price.`;
  return { endpoint, label, message: `${message}${price}`, instances };
}

/** Notes for the preview of a run that ignores the endpoints or the lock file. */
function endpointsNotes(raw: RawStack, settings: Settings): string[] {
  const isLockIgnored = isPlatformOnly(settings) && settings["moor:lock"] === "required" && raw.lock !== undefined;
  return [
    ...(isPlatformRun(raw) ? ["This run creates only the platform. It ignores the endpoints in the stack file (`npm run platform`)."] : []),
    ...(isLockIgnored ? [`${lockFileName(raw.stack)} is not read, because this run creates no endpoints.`] : []),
  ];
}

function lockNotes(settings: Settings): string[] {
  if (settings["moor:lock"] === "required") return [];
  return ["Moor recomputes all decisions at each run (moor:lock: none), so a newer version of Moor can change running deployments."];
}

function endpointNote(endpoints: readonly EndpointSpec[]): string[] {
  return endpoints.length > 0 ? [] : ["The stack has no endpoints. It creates only the platform."];
}

function platformNotes({ roles }: PlatformSettings, endpoints: readonly EndpointSpec[]): string[] {
  return [
    ...(roles === "moor"
      ? []
      : [
          "This stack assigns no roles (roles: external). `pulumi up` lists the role assignments that are missing for the identity of a deployment, with " +
            "the commands for the owner of the roles. The deployment fails until the roles are assigned.",
          ...endpoints.filter(({ auth, invokers }) => auth === "entra" && invokers.length > 0).map(invokerNote),
        ]),
  ];
}

function alertNotes({ "azure-native:location": region, "moor:platform": { alerts }, "moor:alertWebhook": webhook }: Settings): string[] {
  const createsGroup = alerts !== undefined && (alerts.emails.length > 0 || webhook !== undefined);
  if (!createsGroup || actionGroupLocation(region) === region) return [];
  return [
    `Azure offers no action groups in ${region}. The email addresses and the webhook of alerts are stored in a global action group, which ` +
      "can process them in any geography.",
  ];
}

function invokerNote({ key, invokers }: EndpointSpec): string {
  return (
    `Endpoint ${key} returns 403 to its invokers (${invokers.join(", ")}) until the owner of the roles assigns each of them a role with the ` +
    `action ${SCORE_ACTION} on the endpoint (roles: external).`
  );
}

/** Resources that other teams must create, with the IDs that are known before the deployment. The program reports the other IDs later. */
function ownerNotes({ dns, privateEndpoints, diagnostics, network, workspace, imageRegistry, logs }: PlatformSettings): string[] {
  const where = network.existing?.subnetId ?? "the stack's subnet private-endpoints";
  const adopted = workspace !== "create";
  const [ofWorkspace, registry] = [
    adopted ? workspace : "the workspace",
    imageRegistry === "create" ? "the container registry" : imageRegistry,
  ];
  const targets = {
    blob: `storage of ${ofWorkspace}`,
    file: `storage of ${ofWorkspace}`,
    vault: `vault of ${ofWorkspace}`,
    workspace: ofWorkspace,
    registry,
  };
  const names = Object.keys(targets) as (keyof typeof targets)[];
  const created = privateEndpoints === "moor" ? linkedServices({ workspace: !adopted, imageRegistry: imageRegistry === "create" }) : [];
  const external = names.filter((name) => !created.includes(name));
  const zonesOf = (name: LinkedServiceName) => LINKED_SERVICES[name].zones.join(" and ");
  const named = (name: LinkedServiceName) => `${LINKED_SERVICES[name].groupId} (${zonesOf(name)})`;
  return [
    ...(privateEndpoints === "moor"
      ? []
      : [
          `This stack creates no private endpoints (privateEndpoints: policy) and can't detect existing ones. Their owner must create these in ${where}: ` +
            `${names.map((name) => `${LINKED_SERVICES[name].groupId} of ${targets[name]} (${zonesOf(name)})`).join("; ")}.`,
        ]),
    ...(created.length > 0 && dns === "policy"
      ? [
          "This stack creates no DNS records (dns: policy). The owner of the zones must create a DNS zone group for each private endpoint of the stack " +
            `(${created.map((name) => `${LINKED_SERVICES[name].groupId}: ${zonesOf(name)}`).join("; ")}) and make the zones resolvable from ${where}. ` +
            "Moor lists missing zone groups by ID when the private endpoints exist.",
        ]
      : []),
    ...(network.existing && dns === "moor" && created.length > 0
      ? [
          `This stack creates these private DNS zones and links them to the network of ${where} (dns: moor): ${dnsZonesOf(created).join(", ")}. ` +
            "A network can be linked to only one zone with a given name. If the network already has such zones, set dns: policy.",
        ]
      : []),
    ...(network.create?.dnsServers === undefined
      ? []
      : [
          `The virtual network uses the DNS servers ${network.create.dnsServers.join(", ")} (dnsServers). They must forward ` +
            `${names.flatMap((name) => LINKED_SERVICES[name].zones).join(", ")} to Azure DNS (${azureDnsAddress}). Otherwise, clients can't resolve ` +
            "the private endpoints.",
        ]),
    ...(adopted && privateEndpoints === "moor"
      ? [
          `This stack creates no private endpoint for the adopted workspace ${workspace}. Callers use the private endpoints that the workspace's owner ` +
            `created in the callers' network, each with its zones: ${external.map(named).join("; ")}. The owner of the zones must link them to that network.`,
        ]
      : []),
    ...(diagnostics === "moor"
      ? []
      : [
          `This stack creates no diagnostic settings (diagnostics: policy). Their owner must create settings that send ${LOG_CATEGORIES.join(", ")} of each ` +
            `endpoint to ${logs === "create" ? "the stack's Log Analytics workspace" : logs}. Moor lists endpoints without diagnostic settings by ID when they exist.`,
        ]),
  ];
}

function endpointNotes({ key, auth, invokers }: EndpointSpec): string[] {
  return [
    ...(auth === "entra" && invokers.length === 0
      ? [`Endpoint ${key} has no \`invokers\`, so this stack gives no caller permission to send requests to it.`]
      : []),
  ];
}
