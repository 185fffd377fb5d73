/** What a review can't see, and what it doesn't know. A value that isn't known is never a pass. */
import type { StackChange } from "../../change";
import { isKnownKind, isOtherProvider, kindWord } from "../../kinds";
import { counted, listed, shortened } from "../../lists";
import type { Notice } from "../../section";

export function gapNotices(change: StackChange): Notice[] {
  return [...formNotices(change), ...leftoverNotices(change), ...unknownKinds(change)];
}

const save = "To see all changes, save the preview with PULUMI_ENABLE_STREAMING_JSON_PREVIEW=1.";

function formNotices({ preview, settings }: StackChange): Notice[] {
  if (preview.kind === "destroy") return [];
  if (!preview.isComplete) {
    return [
      {
        severity: "look",
        text: `The saved preview doesn't contain the unchanged resources, so the review can't show all effects. ${save}`,
      },
    ];
  }
  if (settings.before !== undefined && settings.after === undefined) {
    const text = `The saved preview doesn't contain the outputs of the stack after the run, so a change of the gates or of the residency isn't shown. ${save}`;
    return [{ severity: "look", text }];
  }
  return [];
}

function leftoverNotices({ preview: { leftovers = [] } }: StackChange): Notice[] {
  if (leftovers.length === 0) return [];
  const names = listed(leftovers.map(({ name }) => name));
  const text = `${counted(leftovers.length, "earlier resource")}, which a failed replacement has left behind, ${leftovers.length === 1 ? "is" : "are"} deleted: ${names}.`;
  return [{ severity: "look", text: shortened(text, 300) }];
}

function unknownKinds({ changes, preview }: StackChange): Notice[] {
  const kinds = [
    ...changes.filter(({ kind }) => kind !== "same").map(({ type }) => type),
    ...preview.steps.filter((step) => isOtherProvider(step.token) && step.operation !== "same").map(({ token }) => token),
  ].filter((type) => !isKnownKind(type));
  if (kinds.length === 0) return [];
  const names = listed([...new Set(kinds.map(kindWord))], 3);
  const text = `Moor doesn't judge changes of these kinds: ${names}. Read ${counted(kinds.length, "change")} in the preview.`;
  return [{ severity: "look", text: shortened(text, 300) }];
}
