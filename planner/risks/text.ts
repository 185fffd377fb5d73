/** The text of the risk warning: a headline and one line for each risk, most severe first. */
import { admissionFactor, scoringStatus } from "../../azure/scoring";
import { trafficText } from "../rollout/transition";
import type { EnabledLogging } from "./logging";
import type { Risk, RiskKind, RiskOf, Risks, UnavailableImage } from "./risk";

type Texts = { readonly [Kind in RiskKind]: (risk: RiskOf<Kind>) => string };

/** The kinds are in order of severity, most severe first. */
const texts = {
  promptsLogged: ({ deployment, logged }) =>
    `Prompts or answers in the logs: ${deployment} writes the following to its log, which is sent to Log Analytics: ${listed(logged)}. To keep them out, remove ${settings(logged)}.`,
  servingEndpointDeleted: ({ name, traffic }) =>
    `An endpoint with traffic will be deleted: ${name} serves requests (${trafficText(traffic)}) and is not in the stack file. Its callers will receive errors. Move them to another endpoint first, or add the endpoint to \`moor:endpoints\` again.`,
  endpointsNotRead: ({ reason }) =>
    `Endpoints not read: it is unknown whether an endpoint with traffic will be deleted, and whether each deployment has the capacity for its current traffic. ${reason}`,
  requestsReported: ({ deployment, logged }) =>
    `Requests reported to a receiver: ${deployment} sends ${listed(logged)}. Remove ${settings(logged)}, or make sure that the receiver is inside the residency.`,
  trafficAboveCapacity: (risk) => `Traffic above capacity: ${overloadText(risk)}`,
  placeholderImages: ({ images }) =>
    `Placeholder images: ${imageList(images)}. No registry contains these images, and Azure can't create a deployment without its image. Push the image and set its digest in \`moor:images\`.`,
  imagesNotPushed: ({ images }) =>
    `Images that are not in the registry: ${imageList(images)}. This run creates the container registry, so it is empty, and the deployments fail. Run \`npm run platform\` first and push the images, or let Moor publish them with \`import\`, \`layer\` or \`build\`.`,
  gateOff: ({ endpoints }) =>
    `No gate: new deployments of ${endpoints.join(", ")} receive requests without a check. Set \`gate: auto\` or \`gate: controlPlane\`.`,
  networkRulesBypassed: ({ registry }) =>
    `Network rules bypassed: tasks of the container registry ${registry} still bypass its network rules, because Azure keeps \`networkRuleBypassAllowedForTasks\` when it is removed from \`moor:platform\`. Set it to \`false\` once and run \`pulumi up\`. Then you can remove it.`,
  scriptSubnetOpen: ({ subnetId }) =>
    `Subnet open to the internet: containers in ${subnetId ?? "the subnet for deployment scripts"} can open HTTPS connections to any host. Only \`mirror --via azure\` requires it. After mirroring, remove \`scripts\` or \`scriptsSubnetId\` from \`moor:platform.network\` and run \`pulumi up\`. Staged weights stay.`,
  mirrorScripts: ({ scripts }) =>
    `Mirror scripts in Azure: ${scripts.join(", ")} ${scripts.length === 1 ? "copies" : "copy"} weights now, or a killed run left ${scripts.length === 1 ? "it" : "them"}. \`pulumi up\` removes ${scripts.length === 1 ? "it" : "them"}, which also ends a copy that still runs. The next \`npm run mirror\` continues where ${scripts.length === 1 ? "it" : "they"} ended.`,
  weightsFromHub: ({ deployments }) =>
    `Weights from outside the residency: ${deployments.join(", ")} ${deployments.length === 1 ? "downloads" : "download"} weights from Hugging Face at each start. To start from weights that are staged in the region, set \`source: mirror\`.`,
} satisfies Texts;

const kinds = Object.keys(texts) as RiskKind[];

/** Sorts risks by severity, most severe first. Risks of one kind keep their order. */
export function bySeverity(risks: readonly Risk[]): Risk[] {
  return kinds.flatMap((kind) => risks.filter((risk) => risk.kind === kind));
}

/** The warning of a run; undefined if there are no risks. */
export function riskText(stack: string, risks: readonly Risk[]): string | undefined {
  if (risks.length === 0) return undefined;
  const count = risks.length === 1 ? "1 risk" : `${risks.length} risks, most severe first`;
  return [`Stack ${stack}: ${count}.`, ...bySeverity(risks).map((risk) => `  - ${lineOf(risk)}`)].join("\n");
}

function lineOf<Kind extends RiskKind>(risk: RiskOf<Kind>): string {
  return (texts as Texts)[risk.kind](risk);
}

function listed(logged: readonly EnabledLogging[]): string {
  return logged.map(({ setting, writes }) => `${writes} (${setting})`).join("; ");
}

function settings(logged: readonly EnabledLogging[]): string {
  return new Intl.ListFormat("en-GB").format(logged.map(({ setting }) => setting));
}

/** What happens to the requests of a deployment whose traffic exceeds its capacity, and the remedy. */
export function overloadText({
  deployment,
  weight,
  load,
  isLive,
  requests,
  instances,
  concurrency,
}: Risks["trafficAboveCapacity"]): string {
  const capacity = instances * concurrency;
  const total = isLive ? "current capacity" : "declared concurrency";
  const product = `${instances} ${instances === 1 ? "instance" : "instances"} × ${concurrency}`;
  const most = Math.floor((capacity * 100) / load);
  return (
    `${deployment} receives ${weight}% of the endpoint's ${total} of ${load}, which is ${requests} concurrent requests, but its capacity is ${capacity} (${product}). ` +
    `Requests above ${capacity} wait; above ${admissionFactor * capacity}, Azure returns ${scoringStatus.tooManyRequests}. ` +
    `Set at least ${Math.ceil(requests / concurrency)} instances, or a weight of at most ${most}.`
  );
}

function imageList(images: readonly UnavailableImage[]): string {
  return images.map(({ image, deployments }) => `${shortened(image)} (${deployments.join(", ")})`).join("; ");
}

/** An image with the first digits of its digest. */
function shortened(image: string): string {
  return image.replace(/(@sha256:[0-9a-f]{4})[0-9a-f]+$/, "$1…");
}
