/** Errors of the Hugging Face Hub, each with the sentence that says what to do. */
import { callerWords, type HubCaller } from "./caller";

/**
 * Why the Hub gives no file. `missing`: there is no public model of that name. `notFound`: the token reads no such model. `token`: the Hub rejects
 * the token. `revision`: the commit doesn't exist. `otherCommit`: the Hub returned another commit. `entry`: the commit has no such file.
 * `gatedWithoutToken`, `gatedNotAccepted`, `gatedInEurope`: the model is gated. `disabled`: the Hub disabled the model. `rateLimit`: too
 * many requests. `server`: 5xx after all attempts. `connection`: no connection. `expired`: a signed address was refused, also after renewal.
 * `content`: a file isn't what the list of the commit says. `range`: the source returns no parts of files. `format`: the model has no
 * configuration in the format of transformers. `protocol`: the answer isn't that of a Hub.
 */
export type HubProblem =
  | "missing"
  | "notFound"
  | "token"
  | "revision"
  | "otherCommit"
  | "entry"
  | "gatedWithoutToken"
  | "gatedNotAccepted"
  | "gatedInEurope"
  | "disabled"
  | "rateLimit"
  | "server"
  | "connection"
  | "expired"
  | "content"
  | "range"
  | "format"
  | "protocol";

/** A request to the Hugging Face Hub failed. The message contains neither a token nor a signed address. */
export class HubError extends Error {
  constructor(
    readonly problem: HubProblem,
    message: string,
    /** Code of Node.js, for `connection`. */
    readonly code?: string,
  ) {
    super(message);
    this.name = "HubError";
  }
}

/** What the sentence of a refusal needs. */
export interface Refusal {
  /** Model ID. */
  readonly id: string;
  /** Commit. */
  readonly revision: string;
  /** Address of the Hub. */
  readonly hub: string;
  readonly hasToken: boolean;
  readonly caller: HubCaller;
  /** Whether the model card excludes addresses in the European Union. Undefined if the card was not read. */
  readonly refusesEurope?: boolean;
  /** Path of the requested file. Undefined for a request about the model. */
  readonly file?: string;
  /** HTTP status. */
  readonly status: number;
  /** Header `X-Error-Code`. */
  readonly code: string | undefined;
}

/**
 * The error for a refused request. Only status and code decide, not the text of the answer.
 * Source: huggingface_hub, `hf_raise_for_status`; Hub docs, models-gated.
 */
export function refusalError(refusal: Refusal): HubError {
  const problem = problemOf(refusal);
  return new HubError(problem, sentences[problem](refusal));
}

type RefusalProblem = Exclude<
  HubProblem,
  "otherCommit" | "rateLimit" | "server" | "connection" | "expired" | "content" | "range" | "format"
>;

function problemOf({ status, code, hasToken, refusesEurope }: Refusal): RefusalProblem {
  if (code === "RevisionNotFound") return "revision";
  if (code === "EntryNotFound") return "entry";
  if (code === "GatedRepo") {
    if (status === 401 || !hasToken) return "gatedWithoutToken";
    return refusesEurope === true ? "gatedInEurope" : "gatedNotAccepted";
  }
  if (code === "RepoNotFound" || status === 404) return hasToken ? "notFound" : "missing";
  if (status === 401) return hasToken ? "token" : "missing";
  if (status === 403) return refusesEurope === true ? "gatedInEurope" : "disabled";
  return "protocol";
}

const sentences: Readonly<Record<RefusalProblem, (refusal: Refusal) => string>> = {
  missing: ({ id, hub, caller }) =>
    `${hub} has no public model ${id}. It doesn't exist, or it is private. Check ${callerWords[caller].model}. For a private model, set the environment variable HF_TOKEN to a token that can read it.`,
  notFound: ({ id, hub, caller }) =>
    `${hub} has no model ${id} that the token in HF_TOKEN can read. Check ${callerWords[caller].model}, and that the token belongs to an account with access and has the permission to read this repository.`,
  token: ({ hub }) =>
    `${hub} rejects the token in HF_TOKEN. It is invalid or has expired. Create a token with read access, and set HF_TOKEN to it.`,
  revision: ({ id, revision, hub, caller }) =>
    `${hub} has no commit ${revision} of ${id}. It was deleted, or ${callerWords[caller].revision}`,
  entry: ({ id, revision, file }) =>
    `${id} at ${revision} has no file ${file ?? ""}, although the list of its files contains it. Run the command again.`,
  gatedWithoutToken: ({ id, hub }) =>
    `${id} is gated, and no token is set. Accept its terms at ${hub}/${id} with a Hugging Face account, and set the environment variable HF_TOKEN to a token of that account.`,
  gatedNotAccepted: ({ id, hub }) =>
    `${id} is gated, and the account of the token in HF_TOKEN has no access. Accept its terms, or ask for access, at ${hub}/${id}. The access of a fine-grained token must include gated repositories.`,
  gatedInEurope: ({ id }) =>
    `${id} is gated, and its terms exclude addresses in the European Union. The Hub refuses the files to this machine. Run the command from another region that the terms allow, or choose another model.`,
  disabled: ({ id, hub, status, file }) =>
    `${hub} refuses ${file === undefined ? "the model" : `the file ${file} of`} ${id} with ${status}. It is disabled, or the token in HF_TOKEN lacks the permission to read it. Open ${hub}/${id} with the account of the token.`,
  protocol: ({ id, hub, status, file }) =>
    `${hub} answered ${status} to the request for ${file === undefined ? "" : `the file ${file} of `}${id}. Check that HF_ENDPOINT is the address of a Hugging Face Hub or a mirror of it.`,
};
