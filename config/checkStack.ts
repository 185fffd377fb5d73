/** Checks a stack without Pulumi. Returns its specification, or all errors. */
import { canonicalRegion } from "../facts/regions";
import { buildSpec } from "./buildSpec";
import { configurationSizeErrors } from "./configurationSize";
import { decisionsFor, lockErrors } from "./decisions";
import { draftLockErrors, draftPlannerErrors } from "./drafts";
import { endpointsErrors, isPlatformOnly } from "./endpointsVariable";
import type { ConfigError } from "./errors";
import { type StackImages, stackImages } from "./images/stack";
import { quotaErrors, quotaOf } from "./quota";
import { acceptErrors } from "./rules/accept";
import { adapterErrors } from "./rules/adapters";
import type { SettingsDraft } from "./rules/draft";
import { endpointErrors, regionCount } from "./rules/endpoints";
import { exactlyOne } from "./rules/exactlyOne";
import { gatedErrors } from "./rules/gated";
import { ignoredErrors, ignoredNotes } from "./rules/ignored";
import { imageErrors } from "./rules/images";
import { importCredentialErrors, importCredentialNotes } from "./rules/importCredentials";
import { placeErrors } from "./rules/place";
import { platformErrors } from "./rules/platform";
import { commitsOfLocks, commitsOfSettings, revisionErrors } from "./rules/revisions";
import { scoreErrors } from "./rules/score";
import { secretErrors } from "./rules/secrets";
import { isSample, structureErrors } from "./rules/structure";
import { tokenErrors } from "./rules/token";
import { weightsErrors } from "./rules/weights";
import { schemaErrors } from "./schemaErrors";
import { salvage } from "./schemaTools";
import { decodeSettings, importCredentialsKey, type RawStack, tokenKey } from "./settings";
import { settle } from "./settled";
import { sharedTaskErrors } from "./sharedTasks";
import type { StackSpec } from "./spec";
import { type Settings, settingsSchema } from "./stackFile";
import { stackFileErrors } from "./stackYaml";

/** The specification of a valid stack, or all errors of an invalid one. */
export type CheckedStack = { readonly spec: StackSpec } | { readonly errors: readonly ConfigError[] };

/** Checks a stack and reports all errors together. The lock file is compared with the stack file only if the stack file is valid. */
export function checkStack(raw: RawStack): CheckedStack {
  const { tree, draft, images, errors: ofSettings } = read(raw);
  const found = [...ofSettings, ...foreignCommits(raw, draft)];
  const { errors, notes } = settle(raw, draft, found);
  const undecided = () => quotaErrors(quotaOf(raw.stack, draft, () => ({})));
  if (errors.length > 0) {
    // With a lock file, the decisions exist already.
    const refusals = draft["moor:lock"] === "none" ? draftPlannerErrors(raw, draft, errors) : [];
    const ofLock = isPlatformOnly(tree) ? [] : lockErrors(raw);
    return { errors: [...errors, ...draftLockErrors(draft, errors), ...refusals, ...undecided(), ...ofLock] };
  }
  const settings = parsed(tree);
  const decided = decisionsFor(raw, settings, images.imageOf);
  if ("errors" in decided) return { errors: [...decided.errors, ...undecided()] };
  const ofTasks = sharedTaskErrors(settings, decided.decisions);
  if (ofTasks.length > 0) return { errors: ofTasks };
  const beyondQuota = quotaErrors(quotaOf(raw.stack, settings, decided.decisions));
  if (beyondQuota.length > 0) return { errors: beyondQuota };
  const spec = buildSpec(raw, settings, decided.decisions, images.imageOf);
  const ignored = ignoredNotes(settings, raw.stack, {
    token: tokenKey in raw.settings,
    lock: raw.lock !== undefined,
  });
  return { spec: { ...spec, notes: [...spec.notes, ...notes, ...ignored, ...importCredentialNotes(raw, images.all)] } };
}

/** The settings of a valid stack file; otherwise the errors and the valid parts. */
export interface CheckedSettings {
  readonly settings?: Settings;
  readonly images: StackImages;
  readonly draft: SettingsDraft;
  readonly errors: readonly ConfigError[];
}

/** Checks only the stack file. `npm run lock` uses the same settings. */
export function checkSettings(raw: RawStack): CheckedSettings {
  const { tree, draft, images, errors } = read(raw);
  return { draft, images, errors, ...(errors.length > 0 ? {} : { settings: parsed(tree) }) };
}

interface Read {
  readonly tree: Record<string, unknown>;
  readonly draft: SettingsDraft;
  readonly images: StackImages;
  readonly errors: readonly ConfigError[];
}

/** The result if the values can't be checked. */
function unchecked(tree: Record<string, unknown>, errors: readonly ConfigError[]): Read {
  return { tree, draft: {}, images: { imageOf: () => undefined, all: [], errors: [] }, errors };
}

function read(raw: RawStack): Read {
  const { tree, errors: ofKeys } = decodeSettings(raw);
  const unreadable = raw.stackFile === undefined ? [] : stackFileErrors(raw.stackFile, `Pulumi.${raw.stack}.yaml`);
  const structure = [...unreadable, ...structureErrors(tree, isSample)];
  if (structure.length > 0) return unchecked(tree, structure);
  const tooLarge = configurationSizeErrors(raw.settings);
  if (tooLarge.length > 0) {
    // No further check, to limit the work. Too many deployments are reported as the cause of too large settings.
    const tooMany = regionCount(tree["moor:endpoints"]);
    return unchecked(tree, tooMany.length > 0 ? tooMany : tooLarge);
  }
  const ofShape = schemaErrors({ schema: settingsSchema, value: tree, secretKeys: raw.secretKeys });
  const draft: SettingsDraft = salvage(settingsSchema, tree) ?? {};
  const folder = raw.folder ?? ".";
  const images = stackImages(draft, tree, folder);
  const errors = [
    ...ofKeys,
    ...ofShape,
    ...placeErrors(draft),
    ...exactlyOne("moor:residency", tree["moor:residency"], ["geography", "regions", "countries"]),
    ...acceptErrors(draft),
    ...platformErrors(draft, tree),
    ...endpointErrors(draft, tree, raw.stack),
    ...scoreErrors(draft, folder),
    ...imageErrors(draft, images, raw),
    ...weightsErrors(draft),
    ...adapterErrors(draft),
    ...gatedErrors(draft, raw),
    ...ignoredErrors(draft),
    ...secretErrors(raw, tree, draft, [tokenKey, importCredentialsKey]),
    ...tokenErrors(raw, draft),
    ...importCredentialErrors(raw),
    ...endpointsErrors(raw),
  ];
  return { tree, draft, images, errors };
}

/** `npm run lock` makes this check itself, because it also queries Hugging Face. */
function foreignCommits(raw: RawStack, draft: SettingsDraft): ConfigError[] {
  if (commitsOfSettings(raw.stack, draft).length === 0) return [];
  return revisionErrors(raw.stack, draft, commitsOfLocks(raw));
}

function parsed(tree: Record<string, unknown>): Settings {
  const settings = settingsSchema.parse(tree);
  return { ...settings, "azure-native:location": canonicalRegion(settings["azure-native:location"]) };
}
