import type { JsonObject } from "../json";
import type { Grade } from "../model";

/** A policy assignment at a management group, with its initiative if it assigns one. */
export interface Assignment {
  readonly name: string;
  readonly displayName: string;
  /** `name` and `displayName` of the policy set definition. */
  readonly initiative?: { readonly name: string; readonly displayName: string };
  /** The assignment's non-compliance message: the reason in a denial. */
  readonly message?: string;
}

/** A condition of a policy rule that is true for a request, as Azure lists it in `evaluationDetails.evaluatedExpressions`. */
export interface Expression {
  /** Alias of the property. */
  readonly expression: string;
  /** Path of the property in the request body. */
  readonly path: string;
  readonly expressionValue?: unknown;
  readonly operator: string;
  readonly targetValue: unknown;
}

/** The data of a request that policies evaluate: the body as sent, without the service's defaults. */
export interface PolicyRequest {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly body: JsonObject;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** A policy definition with the effect Deny. */
export interface DenyPolicy {
  /** Name that enables the policy in the simulator. */
  readonly name: string;
  readonly types: readonly string[];
  readonly assignment: Assignment;
  readonly definition: {
    /** A GUID for a built-in definition. */
    readonly name: string;
    readonly displayName: string;
    /** Reference ID in the initiative. */
    readonly referenceId?: string;
  };
  /** Whether Azure Landing Zone assigns it with the effect Deny and enforces it by default. */
  readonly landingZone: boolean;
  readonly source: string;
  readonly grade: Grade;
  /** The true conditions because of which the request is denied. Empty if the request complies. */
  violation(request: PolicyRequest): readonly Expression[];
}
