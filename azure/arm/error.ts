import { denialsOf, describeDenial, type PolicyDenial } from "./denial";

/** An error answer of Azure Resource Manager, by its status and Azure's own code. */
export class ArmError extends Error {
  constructor(
    /** HTTP status. */
    readonly status: number,
    /** Azure's code, for instance `ResourceNotFound`. Absent when the answer has none. */
    readonly code: string | undefined,
    /** What was asked, for instance `GET /subscriptions/…`. */
    readonly request: string,
    /** Azure's message, or the body where it has none. */
    readonly reason: string,
    /** Policies that have denied the request. */
    readonly denials: readonly PolicyDenial[] = [],
    message?: string,
  ) {
    const answered = `Azure answered ${[status, code].filter((part) => part !== undefined).join(" ")} to ${request}: ${reason || "no text"}`;
    super([message ?? answered, ...denials.map(describeDenial)].join("\n"));
    this.name = "ArmError";
  }

  /**
   * Whether the resource, or one that holds it, doesn't exist. A 404 that says that the address itself is wrong is no absence, nor is one that
   * doesn't come from Azure Resource Manager, such as a proxy's page.
   */
  get isAbsence(): boolean {
    return this.status === 404 && (this.code === undefined ? this.reason === "" : !wrongAddress.has(this.code));
  }

  /** Whether the caller may not read or write the resource. */
  get isRefusal(): boolean {
    return this.status === 401 || this.status === 403;
  }
}

/** Codes of a 404 by which Azure says that it doesn't know the subscription or the type. Source: Azure docs, common-deployment-errors. */
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

/** The error that an answer describes. */
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
