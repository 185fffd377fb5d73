import type { JsonObject } from "../json";
import type { Grade } from "../model";

/** An assignment of Azure Policy at a management group, with the initiative that it assigns if it assigns one. */
export interface Assignment {
  readonly name: string;
  readonly displayName: string;
  /** `name` and `displayName` of the policy set definition. */
  readonly initiative?: { readonly name: string; readonly displayName: string };
  /** The assignment's non-compliance message: the reason that a refusal gives. */
  readonly message?: string;
}

/** A condition of a policy rule that holds for a request, as Azure lists it in `evaluationDetails.evaluatedExpressions`. */
export interface Expression {
  /** Alias of the property. */
  readonly expression: string;
  /** Path of the property in the request body. */
  readonly path: string;
  readonly expressionValue?: unknown;
  readonly operator: string;
  readonly targetValue: unknown;
}

/** What a policy sees of a request: the body as sent, without the defaults that the service would add. */
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
  /** Name by which the policy is switched on here. */
  readonly name: string;
  readonly types: readonly string[];
  readonly assignment: Assignment;
  readonly definition: {
    /** A GUID where the definition is built in. */
    readonly name: string;
    readonly displayName: string;
    /** Its place in the initiative. */
    readonly referenceId?: string;
  };
  /** Azure Landing Zone assigns it with the effect Deny and enforces it unless told otherwise. */
  readonly landingZone: boolean;
  readonly source: string;
  readonly grade: Grade;
  /** The conditions that hold, so that the request is denied; none if the request complies. */
  violation(request: PolicyRequest): readonly Expression[];
}
