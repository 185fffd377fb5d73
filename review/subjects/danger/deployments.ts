/** Deployments that are deleted while they receive requests, replaced, or updated in place. */

import { sameArmId } from "../../../azure/armId";
import { armTypeOf } from "../../../azure/resourceTypes";
import { labelOf } from "../../../planner/rollout/transition";
import { isSameValue } from "../../../rules/doors/door";
import { at, type RuleResource } from "../../../rules/resource";
import { type Body, isBody, isOpaque, SECRET, UNKNOWN, type Value } from "../../../rules/values";
import type { ResourceChange, StackChange } from "../../change";
import { type EndpointView, sameEndpoint } from "../../endpoints";
import { labelIn, listed, noticeText } from "../../words";
import type { Danger } from "./danger";

const deploymentType = armTypeOf("machinelearningservices:OnlineDeployment");

export function deploymentDangers(change: StackChange): Danger[] {
  return change.endpoints.before.flatMap((was) => {
    const is = change.endpoints.after.find((one) => sameEndpoint(one, was));
    return is === undefined ? [] : [...removed(was, is), ...rewritten(was, is, change), ...imagesChanged(was, is)];
  });
}

/** A deployment with requests whose label disappears, or which still has a weight after it is gone. */
function removed(was: EndpointView, is: EndpointView): Danger[] {
  const remaining = new Set(is.deployments.map(({ name }) => name));
  const labels = new Set(is.deployments.map(({ name }) => labelOf(name)));
  return was.deployments.flatMap(({ name }): Danger[] => {
    const [share, next] = [was.traffic[name] ?? 0, is.traffic[name] ?? 0];
    if (share === 0 || remaining.has(name) || (labels.has(labelOf(name)) && next === 0)) return [];
    const shown = labelIn(was, name);
    const consequence =
      next > 0
        ? "It still has a traffic weight, so its requests fail."
        : "Requests that are in progress can fail, and no deployment replaces it.";
    const text = noticeText(
      `Endpoint ${was.key}: deployment ${shown}, which receives ${share}% of the requests, is deleted. ${consequence}`,
    );
    const rollback = "Restore the deployment in the stack file, and apply it again. Its instances must start first.";
    return [{ severity: "danger", text, label: `deployment ${shown} of endpoint ${was.key} is deleted`, rollback }];
  });
}

/** A deployment with the same name before and after. Moor gives changed deployments a new name, so only few properties change in place. */
function rewritten(was: EndpointView, is: EndpointView, change: StackChange): Danger[] {
  return is.deployments.flatMap((deployment) => {
    const found = change.changes.find(({ type, name }) => sameArmId(type, deploymentType) && name === deployment.resource.name);
    if (found === undefined) return [];
    const share = was.traffic[deployment.name] ?? 0;
    const shown = `deployment ${labelIn(is, deployment.name)}`;
    return found.kind === "replace"
      ? [replaced(is.key, shown, share)]
      : found.kind === "update"
        ? updated(is.key, shown, share, found)
        : [];
  });
}

function replaced(key: string, deployment: string, share: number): Danger {
  const consequence = share > 0 ? `Its ${share}% of the requests fail until the new instances have started.` : "It receives no requests.";
  const text = noticeText(`Endpoint ${key}: ${deployment} is deleted and then created again with the same name. ${consequence}`);
  const rollback = "Restore the stack file, and apply it again. The instances must start again.";
  return { severity: share > 0 ? "danger" : "look", text, label: `${deployment} of endpoint ${key} is replaced`, rollback };
}

function updated(key: string, deployment: string, share: number, { before, after }: ResourceChange): Danger[] {
  const changed = changedContent(contentOf(before), contentOf(after));
  if (changed.length === 0) return [];
  const isOnlySecret = changed.every(({ was, is }) => isSecretReference(was) && (isSecretReference(is) || is === UNKNOWN));
  const requests = share > 0 ? `while it receives ${share}% of the requests` : "and it receives no requests";
  const what = isOnlySecret ? "another version of a secret" : `a change of ${listed(changed.map(({ path }) => path))}`;
  const text = noticeText(`Endpoint ${key}: ${deployment} restarts its instances in groups of 20% for ${what}, ${requests}.`);
  const rollback = "Restore the stack file, and apply it again. The instances restart again.";
  return [{ severity: isOnlySecret ? "note" : "look", text, label: `${deployment} of endpoint ${key} restarts`, rollback }];
}

interface Changed {
  readonly path: string;
  readonly was: Value;
  readonly is: Value;
}

function contentOf(resource: RuleResource | undefined): Body {
  const properties: Value = resource === undefined ? undefined : at(resource, "properties");
  return isBody(properties) ? properties : {};
}

/** Changed properties of the container, without their values. Environment variables are compared one by one. */
function changedContent(before: Body, after: Body): Changed[] {
  return differences(before, after).flatMap((changed): Changed[] => {
    const { path, was, is } = changed;
    if (path !== "environmentVariables") return [changed];
    const variablesBefore: Value = was ?? {};
    const variablesAfter: Value = is ?? {};
    return isBody(variablesBefore) && isBody(variablesAfter) ? differences(variablesBefore, variablesAfter) : [changed];
  });
}

function differences(before: Body, after: Body): Changed[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((path) => (isSameValue(before[path], after[path]) ? [] : [{ path, was: before[path], is: after[path] }]));
}

/** A secret, or a reference of Azure Machine Learning to a secret in a Key Vault. */
function isSecretReference(value: Value): boolean {
  return value === SECRET || (typeof value === "string" && /^\$\{\{keyvault:[^}]*\}\}$/.test(value));
}

const environment = "properties.environmentId";

/** A deployment whose successor runs another container image. */
function imagesChanged(was: EndpointView, is: EndpointView): Danger[] {
  const labels = is.deployments.flatMap(({ name, resource }) => {
    const previous = was.deployments.find((one) => labelOf(one.name) === labelOf(name));
    if (previous === undefined || was.deployments.some((one) => one.name === name)) return [];
    const before: Value = at(previous.resource, environment);
    return isOpaque(before) || isSameValue(before, at(resource, environment)) ? [] : [labelIn(is, name)];
  });
  if (labels.length === 0) return [];
  const several = labels.length > 1 ? "deployments" : "deployment";
  const verb = labels.length > 1 ? "run" : "runs";
  const text = noticeText(`Endpoint ${is.key}: ${several} ${listed(labels)} ${verb} another container image or other routes.`);
  return [{ severity: "note", text, label: `endpoint ${is.key} runs another image` }];
}
