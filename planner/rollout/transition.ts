/** What may follow on what: rules that need the traffic of the run before. Rules within one stack file are the configuration's. */
import { sumOfWeights } from "../traffic";

/** Percent by deployment name. */
type Shares = Readonly<Record<string, number>>;

/** The label in a deployment's name: all but the hash. */
export function labelOf(deploymentName: string): string {
  return deploymentName.replace(/-[0-9a-f]{8}$/, "");
}

/**
 * Why a write of traffic must not follow on the one before, in one sentence with the remedy; undefined when it may.
 * @param before Weights of the last write; empty when there was none.
 * @param names Names of all deployments that the stack has now, also of those without weight.
 */
export function transitionRefusal(endpoint: string, before: Shares, after: Shares, names: readonly string[]): string | undefined {
  const labels = new Set(names.map(labelOf));
  const removed = Object.entries(before).find(([name, weight]) => weight > 0 && !labels.has(labelOf(name)));
  if (removed !== undefined) {
    const [label, weight] = [labelOf(removed[0]), removed[1]];
    return (
      `Deployment ${endpoint}/${label} is gone from the stack but has ${weight} % of the requests: keep it with weight 0 beside its ` +
      "successor, run `pulumi up`, and remove it then. A label is renamed the same way."
    );
  }
  const [was, is] = [before, after].map((shares) => sumOfWeights(Object.values(shares).map((weight) => ({ weight }))));
  if (was === 100 && is === 0) {
    return (
      `Endpoint ${endpoint} has served and would serve nobody: every request would get 404. Give its deployments weights that sum to 100, ` +
      "or remove the endpoint from the stack."
    );
  }
  return undefined;
}

/** An endpoint at a write of traffic. */
export interface Moment {
  readonly traffic: Shares;
  /** Percent of the requests that are copied. */
  readonly mirrorTraffic: Shares;
  /** Hash over what each deployment is made of, by its name: of all that the stack has. */
  readonly recipes: Readonly<Record<string, string>>;
}

/** An endpoint as a run leaves it. */
export interface NextMoment extends Moment {
  /** Names of the deployments that the run itself makes: an earlier one may have been stopped between a deployment and its traffic. */
  readonly made: readonly string[];
}

/** What a reviewer must know of a write of traffic; undefined when it changes nothing of all that. */
export function transitionSentence(endpoint: string, before: Moment, after: NextMoment): string | undefined {
  const [had, has] = [before, after].map(({ recipes }) => Object.keys(recipes).sort()) as [string[], string[]];
  const first = had.length === 0;
  const { made } = after;
  const [fresh, lasting] = [without(has, had), has.filter((name) => had.includes(name))];
  const [begun, again] = [without(fresh, made), lasting.filter((name) => made.includes(name))];
  const news = [
    ...(first ? [] : said(without(fresh, begun), "created first")),
    ...(first || begun.length === 0 ? [] : [`${begun.join(", ")} ${begun.length === 1 ? "was" : "were"} begun by an earlier run`]),
    ...said(again, "made again"),
    ...said(
      without(lasting, again).filter((name) => before.recipes[name] !== after.recipes[name]),
      "changed in place",
    ),
  ];
  const copies = copiesText(before.mirrorTraffic, after.mirrorTraffic);
  const idle = has.filter((name) => !after.traffic[name] && !after.mirrorTraffic[name]);
  const gone = without(had, has);
  const ends = [
    ...said(
      gone.filter((name) => before.traffic[name] || before.mirrorTraffic[name]),
      "deleted after the last requests",
    ),
    ...said(
      gone.filter((name) => !before.traffic[name] && !before.mirrorTraffic[name]),
      "deleted, and had no requests",
    ),
  ];
  const [from, to] = [sharesText(before.traffic), sharesText(after.traffic)];
  const copiesChange = sharesText(before.mirrorTraffic) !== sharesText(after.mirrorTraffic);
  if (from === to && !copiesChange && news.length + ends.length === 0) return undefined;
  const stay = to === "nobody" ? "nobody has requests" : `requests stay with ${to}`;
  const requests = from === to ? stay : `requests go from ${from} to ${to}`;
  const zero = idle.length === 0 ? [] : [`${idle.join(", ")} ${idle.length === 1 ? "stays" : "stay"} at 0 %`];
  return `${endpoint}: ${[requests, ...copies, ...news, ...zero, ...ends].join("; ")}.`;
}

/** Azure's ways to prove who calls, as a caller knows them. */
const credentials: Readonly<Record<string, string>> = { Key: "the endpoint's key", AADToken: "an Entra token of who may score" };

/** What callers meet when an endpoint asks for another proof of who they are; undefined when it doesn't. */
export function authSentence(endpoint: string, before: string | undefined, after: string | undefined): string | undefined {
  if (before === undefined || after === undefined || before === after) return undefined;
  return `${endpoint}: callers need ${credentials[after] ?? after} from this write on; ${credentials[before] ?? before} is refused.`;
}

function copiesText(before: Shares, after: Shares): string[] {
  const ended = without(Object.keys(before), Object.keys(after));
  return [
    ...Object.entries(after).map(([name, share]) => `${share} % of them are also copied to ${name}, whose answers nobody sees`),
    ...ended.map((name) => `no more are copied to ${name}`),
  ];
}

function without(names: readonly string[], others: readonly string[]): string[] {
  return names.filter((name) => !others.includes(name));
}

function said(names: readonly string[], what: string): string[] {
  return names.length === 0 ? [] : [`${names.join(", ")} ${names.length === 1 ? "is" : "are"} ${what}`];
}

/** `main-8c1f02ab 90 %, next-01d00000 10 %`, or `nobody`. */
export function sharesText(shares: Shares): string {
  const serving = Object.entries(shares).filter(([, weight]) => weight > 0);
  serving.sort(([a], [b]) => (a < b ? -1 : 1));
  return serving.map(([name, weight]) => `${name} ${weight} %`).join(", ") || "nobody";
}
