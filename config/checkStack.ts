/** Checks a stack without Pulumi. Returns its specification, or all errors. */
import { canonicalRegion } from "../facts/regions";
import { buildSpec } from "./buildSpec";
import { configurationSizeMistakes } from "./configurationSize";
import { decisionsFor, lockMistakes } from "./decisions";
import { draftLockMistakes, draftRefusals } from "./drafts";
import type { Mistake } from "./mistakes";
import { quotaMistakes, quotaOf } from "./quota";
import type { SettingsDraft } from "./rules/draft";
import { endpointMistakes, regionCount } from "./rules/endpoints";
import { exactlyOne } from "./rules/exactlyOne";
import { gatedMistakes } from "./rules/gated";
import { ignoredMistakes, ignoredNotes } from "./rules/ignored";
import { placeMistakes } from "./rules/place";
import { platformMistakes } from "./rules/platform";
import { commitsOfLocks, commitsOfSettings, revisionMistakes } from "./rules/revisions";
import { scoreMistakes } from "./rules/score";
import { secretMistakes } from "./rules/secrets";
import { isSample, structureMistakes } from "./rules/structure";
import { tokenMistakes } from "./rules/token";
import { salvage } from "./schemaTools";
import { decodeSettings, type RawStack, tokenKey } from "./settings";
import { settle } from "./settled";
import { shapeMistakes } from "./shape";
import type { StackSpec } from "./spec";
import { type Settings, settingsSchema } from "./stackFile";
import { stackFileMistakes } from "./stackYaml";

/** The specification of a valid stack, or all errors of an invalid one. */
export type CheckedStack = { readonly spec: StackSpec } | { readonly mistakes: readonly Mistake[] };

/** Checks a stack and reports all errors together. The lock file is compared with the stack file only if the stack file is valid. */
export function checkStack(raw: RawStack): CheckedStack {
  const { tree, draft, mistakes: ofSettings } = read(raw);
  const found = [...ofSettings, ...foreignCommits(raw, draft)];
  const { mistakes, notes } = settle(raw, draft, found);
  const undecided = () => quotaMistakes(quotaOf(raw.stack, draft, () => ({})));
  if (mistakes.length > 0) {
    // With a lock file, the decisions exist already.
    const refusals = draft["moor:lock"] === "none" ? draftRefusals(raw, draft, mistakes) : [];
    return { mistakes: [...mistakes, ...draftLockMistakes(draft, mistakes), ...refusals, ...undecided(), ...lockMistakes(raw)] };
  }
  const settings = parsed(tree);
  const decided = decisionsFor(raw, settings);
  if ("mistakes" in decided) return { mistakes: [...decided.mistakes, ...undecided()] };
  const beyondQuota = quotaMistakes(quotaOf(raw.stack, settings, decided.decisions));
  if (beyondQuota.length > 0) return { mistakes: beyondQuota };
  const spec = buildSpec(raw, settings, decided.decisions);
  const ignored = ignoredNotes(settings, raw.stack, { token: tokenKey in raw.settings, lock: raw.lock !== undefined });
  return { spec: { ...spec, notes: [...spec.notes, ...notes, ...ignored] } };
}

/** The settings of a valid stack file; otherwise the errors and the valid parts. */
export interface CheckedSettings {
  readonly settings?: Settings;
  readonly draft: SettingsDraft;
  readonly mistakes: readonly Mistake[];
}

/** Checks only the stack file. `npm run lock` uses the same settings. */
export function checkSettings(raw: RawStack): CheckedSettings {
  const { tree, draft, mistakes } = read(raw);
  return mistakes.length > 0 ? { draft, mistakes } : { draft, mistakes, settings: parsed(tree) };
}

function read(raw: RawStack) {
  const { tree, mistakes: ofKeys } = decodeSettings(raw);
  const unreadable = raw.stackFile === undefined ? [] : stackFileMistakes(raw.stackFile, `Pulumi.${raw.stack}.yaml`);
  const structure = [...unreadable, ...structureMistakes(tree, isSample)];
  if (structure.length > 0) return { tree, draft: {} as SettingsDraft, mistakes: structure };
  const tooLarge = configurationSizeMistakes(raw.settings);
  if (tooLarge.length > 0) {
    // No further check, to limit the work. Too many deployments are reported as the cause of too large settings.
    const tooMany = regionCount(tree["moor:endpoints"]);
    return { tree, draft: {} as SettingsDraft, mistakes: tooMany.length > 0 ? tooMany : tooLarge };
  }
  const ofShape = shapeMistakes({ schema: settingsSchema, value: tree, secretKeys: raw.secretKeys });
  const draft: SettingsDraft = salvage(settingsSchema, tree) ?? {};
  const mistakes = [
    ...ofKeys,
    ...ofShape,
    ...placeMistakes(draft),
    ...exactlyOne("moor:residency", tree["moor:residency"], ["geography", "regions"]),
    ...platformMistakes(draft, tree),
    ...endpointMistakes(draft, tree, raw.stack),
    ...scoreMistakes(draft, raw.folder ?? "."),
    ...gatedMistakes(draft, tokenKey in raw.settings),
    ...ignoredMistakes(draft),
    ...secretMistakes(raw, tree, draft, [tokenKey]),
    ...tokenMistakes(raw, draft),
  ];
  return { tree, draft, mistakes };
}

/** `npm run lock` makes this check itself, because it also queries Hugging Face. */
function foreignCommits(raw: RawStack, draft: SettingsDraft): Mistake[] {
  if (commitsOfSettings(raw.stack, draft).length === 0) return [];
  return revisionMistakes(raw.stack, draft, commitsOfLocks(raw));
}

function parsed(tree: Record<string, unknown>): Settings {
  const settings = settingsSchema.parse(tree);
  return { ...settings, "azure-native:location": canonicalRegion(settings["azure-native:location"]) };
}
