/** Rows of the weights that deployments load, and from where. */
import { isOpaque, type RuleResource, valueText } from "../../rules";
import { at, isOfType } from "../../rules/resource";
import type { FlowEnd, FlowRow } from "./document";
import { basisOf, type Evidence, outcomeOfAll, subjectOf } from "./evidence";
import { safeText } from "./safe";

/** The row of each deployment that loads a registered model or downloads weights. */
export function weightRows(evidence: Evidence): FlowRow[] {
  const type = "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments";
  return evidence.resources.filter((one) => isOfType(one, type)).flatMap((deployment) => weightRow(evidence, deployment));
}

function weightRow(evidence: Evidence, deployment: RuleResource): FlowRow[] {
  const checks = evidence
    .placeChecks(deployment)
    .filter(({ code, property }) => code === "MOOR425" || /^properties\.model(\.|$)/.test(property));
  const downloads = checks.some(({ code, outcome }) => code === "MOOR425" && outcome !== "holds");
  const ends = [...registered(evidence, deployment), ...(downloads ? [{ place: "Hugging Face Hub" }] : [])];
  if (ends.length === 0) return [];
  const proofs = checks.map((check) => evidence.proof(check));
  return [
    {
      id: `flow/weights/${safeText(deployment.name)}`,
      flow: "Weights of a deployment",
      data: "Model weights",
      direction: "in",
      ends,
      resource: subjectOf(deployment),
      basis: basisOf(deployment),
      outcome: outcomeOfAll(proofs),
      proofs,
      includes: [],
    },
  ];
}

/** The registered model that a deployment names, with the place of its workspace. */
function registered(evidence: Evidence, deployment: RuleResource): FlowEnd[] {
  const model = at(deployment, "properties.model");
  if (isOpaque(model)) return [{ place: `a registered model that is ${valueText(model)}` }];
  if (typeof model !== "string" || model === "") return [];
  if (!model.startsWith("/")) return [{ place: safeText(model) }];
  const { name, ...place } = evidence.placeOfId(model);
  // The program describes a model by its ID and revision in the Hub.
  const description = at(evidence.set.find(model) ?? deployment, "properties.description");
  return [{ place: typeof description === "string" ? `${name}: ${safeText(description)}` : name, ...place }];
}
