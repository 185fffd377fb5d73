import { denialsOf, describeDenial, type PolicyDenial } from "./denial";

/** An error response of Azure Resource Manager, with its status and Azure's code. */
export class ArmError extends Error {
  constructor(
    /** HTTP status. */
    readonly status: number,
    /** Azure's code, for example `ResourceNotFound`. Undefined if the response has none. */
    readonly code: string | undefined,
    /** Method and path of the request, for example `GET /subscriptions/…`. */
    readonly request: string,
    /** Azure's message, or the body if it contains no message. */
    readonly reason: string,
    /** Policies that denied the request. */
    readonly denials: readonly PolicyDenial[] = [],
    message?: string,
  ) {
    const answered = `Azure answered ${[status, code].filter((part) => part !== undefined).join(" ")} to ${request}: ${reason || "no message"}`;
    super([message ?? answered, ...denials.map(describeDenial)].join("\n"));
    this.name = "ArmError";
  }

  /**
   * Whether the resource, or one of its parents, doesn't exist. False for a 404 because the address itself is wrong, and for a 404 that
   * doesn't come from Azure Resource Manager, such as a proxy's page.
   */
  get isAbsence(): boolean {
    return this.status === 404 && (this.code === undefined ? this.reason === "" : !wrongAddress.has(this.code));
  }

  /** Whether the caller isn't authorized to read or write the resource. */
  get isAccessDenied(): boolean {
    return this.status === 401 || this.status === 403;
  }
}

/** Codes of a 404 for an unknown subscription, resource type or API version. Source: Azure docs, common-deployment-errors. */
const wrongAddress: ReadonlySet<string> = new Set([
  "SubscriptionNotFound",
  "MissingSubscription",
  "InvalidSubscriptionId",
  "InvalidResourceType",
  "InvalidResourceNamespace",
  "NoRegisteredProviderFound",
  "MissingApiVersionParameter",
  "InvalidApiVersionParameter",
]);

/** The error that a response describes. */
export function armError(request: string, status: number, text: string): ArmError {
  const { code, message, denials } = errorOf(text);
  return new ArmError(status, code, request, message ?? text.slice(0, longestReason), denials);
}

const longestReason = 2000;

function errorOf(text: string): { readonly code?: string; readonly message?: string; readonly denials?: PolicyDenial[] } {
  try {
    const body = JSON.parse(text) as { readonly error?: ErrorBody } & ErrorBody;
    const error = body.error ?? body;
    const { code, message } = error;
    return {
      ...(typeof code === "string" ? { code } : {}),
      ...(typeof message === "string" ? { message } : {}),
      denials: denialsOf(error),
    };
  } catch {
    return {};
  }
}

interface ErrorBody {
  readonly code?: unknown;
  readonly message?: unknown;
}
