/** Risks in words: a headline and a line for each, most dangerous first. */
import { admissionFactor, scoringStatus } from "../../azure/scoring";
import { sharesText } from "../rollout/transition";
import type { Logged } from "./logging";
import type { Risk, RiskKind, RiskOf } from "./risk";

type Texts = { readonly [Kind in RiskKind]: (risk: RiskOf<Kind>) => string };

/** The order of the kinds is that of their danger, from the most dangerous to the least. */
const texts = {
  promptsLogged: ({ deployment, logged }) =>
    `Prompts or answers in the logs: ${deployment} writes to its log, and so to Log Analytics, ${listed(logged)}. Remove ${settings(logged)} to keep them out.`,
  servingEndpointDeleted: ({ name, traffic }) =>
    `An endpoint with requests is deleted: ${name} serves now (${sharesText(traffic)}) and is not in the stack file. Its callers will get no answer. Move them first, or put the endpoint back under \`moor:endpoints\`.`,
  endpointsNotRead: ({ reason }) =>
    `Endpoints not read: nothing here tells whether an endpoint that has requests is deleted, or whether a deployment carries what serves now. ${reason}`,
  requestsReported: ({ deployment, logged }) =>
    `Requests reported elsewhere: ${deployment} sends ${listed(logged)}. Remove ${settings(logged)}, or make sure that the receiver is inside the residency.`,
  shareBeyondInstances: (risk) => shareText(risk),
  placeholderImages: ({ images }) =>
    `Placeholder images: ${images.map(({ image, deployments }) => `${shortened(image)} of ${deployments.join(", ")}`).join("; ")}. No registry has such an image, and Azure refuses a deployment without its image. Push the image and write its digest into \`moor:images\`.`,
  gateOff: ({ endpoints }) =>
    `No gate: a new deployment of ${endpoints.join(", ")} gets requests before anything was checked. Set \`gate: runner\` or \`gate: controlPlane\`.`,
  weightsFromHub: ({ deployments }) =>
    `Weights from outside the residency: ${deployments.join(", ")} ${deployments.length === 1 ? "fetches" : "fetch"} them from Hugging Face at each start. Use \`source: mirror\` to start from weights that are staged in the region.`,
} satisfies Texts;

const kinds = Object.keys(texts) as RiskKind[];

/** From the most dangerous to the least; risks of one kind keep their order. */
export function mostDangerousFirst(risks: readonly Risk[]): Risk[] {
  return kinds.flatMap((kind) => risks.filter((risk) => risk.kind === kind));
}

/** The warning of a run; undefined when there is nothing to warn of. */
export function riskText(stack: string, risks: readonly Risk[]): string | undefined {
  if (risks.length === 0) return undefined;
  const count = risks.length === 1 ? "1 risk" : `${risks.length} risks, most dangerous first`;
  return [`Stack ${stack}: ${count}.`, ...mostDangerousFirst(risks).map((risk) => `  - ${lineOf(risk)}`)].join("\n");
}

function lineOf<Kind extends RiskKind>(risk: RiskOf<Kind>): string {
  return (texts as Texts)[risk.kind](risk);
}

function listed(logged: readonly Logged[]): string {
  return logged.map(({ setting, writes }) => `${writes} (${setting})`).join("; ");
}

function settings(logged: readonly Logged[]): string {
  return new Intl.ListFormat("en-GB").format(logged.map(({ setting }) => setting));
}

function shareText({ deployment, weight, load, isLive, gets, instances, concurrency }: RiskOf<"shareBeyondInstances">): string {
  const carried = instances * concurrency;
  const planned = isLive ? "that the endpoint's instances take now" : "that the endpoint is declared for";
  const room = `${instances} ${instances === 1 ? "instance" : "instances"} × ${concurrency}`;
  const most = Math.floor((carried * 100) / load);
  return (
    `Share beyond instances: ${deployment} gets ${weight} % of the ${load} concurrent requests ${planned}, which is ${gets}, and takes ${carried} (${room}). ` +
    `Requests above ${carried} wait, and above ${admissionFactor * carried} Azure answers ${scoringStatus.tooManyRequests}. ` +
    `Give it ${Math.ceil(gets / concurrency)} instances, or at most ${most} % of the requests.`
  );
}

/** An image with the first digits of its digest. */
function shortened(image: string): string {
  return image.replace(/(@sha256:[0-9a-f]{4})[0-9a-f]+$/, "$1…");
}
