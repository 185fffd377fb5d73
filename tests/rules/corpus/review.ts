/** Findings of the program's resources and of the world, without an engine. */

import { parseArmId } from "../../../azure/armId";
import { type Acceptance, type Contract, judge, type RuleResource, review } from "../../../rules";
import { bodyFromWire } from "../../../rules/read/wire";
import { recordedResources } from "../shipped";
import { HUB, type Registered, resolved } from "./apply";
import { withoutHashes } from "./case";
import { world } from "./world";

/** A finding as the table of cases names it. */
export interface Found {
  readonly code: string;
  readonly resource: string;
  readonly property: string;
}

const outside: readonly RuleResource[] = world.map(({ path, apiVersion, body }) => {
  const id = `${HUB}/${path}`;
  return { name: id, type: parseArmId(id)!.type, id, apiVersion, body: bodyFromWire(resolved(body, [])), from: "observed" };
});

/** Findings of the program's resources that no entry accepts. Those of the world aren't the program's. */
export function findingsOf(resources: readonly Registered[], contract: Contract, accept: readonly Acceptance[]): Found[] {
  const own = recordedResources(resources);
  const { refused } = judge(review(own, contract, [...own, ...outside], true), accept, "2026-11-30");
  return refused.map(({ code, resource, property }) => ({ code, resource: withoutHashes(resource.name), property }));
}
