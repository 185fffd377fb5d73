/** The gate, which checks a deployment before it receives requests. */
import { gateModes, sendsRequests } from "../../../planner/rollout/gateMode";
import type { StackChange } from "../../change";
import { sameEndpoint } from "../../endpoints";
import { noticeText, sharesText } from "../../words";
import type { Danger } from "./danger";

export function gateDangers(change: StackChange): Danger[] {
  const [before, after] = [change.settings.before?.gates ?? {}, change.settings.after?.gates ?? {}];
  return Object.entries(after).flatMap(([key, mode]) => [
    ...(mode === "off" ? off(key, before[key], change) : weaker(key, before[key], mode)),
  ]);
}

function off(key: string, before: string | undefined, change: StackChange): Danger[] {
  const rollback = "Remove `gate` of the endpoint in the stack file, and apply it again.";
  const label = `the gate of endpoint ${key} is off`;
  const consequence = "New deployments receive requests without a check.";
  if (before === "off") {
    return movesTraffic(key, change)
      ? [{ severity: "note", text: `Endpoint ${key}: the gate is off, as before. ${consequence}`, label }]
      : [];
  }
  // A new endpoint has no earlier mode, and an earlier version of Moor didn't record it.
  const was = before === undefined ? "the gate is off" : `the gate changes from ${before} to off`;
  return [
    { severity: before === undefined ? "look" : "danger", text: noticeText(`Endpoint ${key}: ${was}. ${consequence}`), label, rollback },
  ];
}

/** A gate that no longer sends test requests. */
function weaker(key: string, before: string | undefined, after: string): Danger[] {
  if (!sends(before) || sends(after)) return [];
  const text = noticeText(
    `Endpoint ${key}: the gate changes from ${before} to ${after}. It no longer sends test requests, and checks only the state in Azure.`,
  );
  const rollback = "Restore `gate` of the endpoint in the stack file, and apply it again.";
  return [{ severity: "look", text, label: `the gate of endpoint ${key} sends no test requests`, rollback }];
}

function sends(mode: string | undefined): boolean {
  return gateModes.some((one) => one === mode && sendsRequests[one]);
}

function movesTraffic(key: string, { endpoints }: StackChange): boolean {
  const is = endpoints.after.find((one) => one.key === key);
  const was = endpoints.before.find((one) => is !== undefined && sameEndpoint(one, is));
  return (
    is !== undefined &&
    (was === undefined || JSON.stringify(was.traffic) !== JSON.stringify(is.traffic) || sharesText(was) !== sharesText(is))
  );
}
