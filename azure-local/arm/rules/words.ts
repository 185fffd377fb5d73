import { unknownWord } from "../bodyWalk";
import type { Rule } from "../model";
import { loadSchemas } from "../schemas";

/** Connections get new categories without a new API version. */
const GROWING = ["Microsoft.MachineLearningServices/workspaces/connections"];

/** Words that a rule of their own looks after, from a better source. */
const RULED = ["properties.authMode"];

export const wordRules: readonly Rule[] = [
  {
    code: "known-words",
    types: ["*"],
    on: ["create", "update"],
    azureCode: "InvalidRequestContent",
    status: 400,
    source:
      "Azure REST specifications: an enum is marked open for later API versions; the service of one version knows the words listed there",
    grade: "K",
    check: ({ type, apiVersion, body }) => {
      const schema = loadSchemas().get(type.toLowerCase())!;
      if (apiVersion !== schema.apiVersion || GROWING.includes(type)) return undefined;
      const unknown = unknownWord(body, schema.root, RULED);
      return unknown && `'${unknown.path}' is '${unknown.value}': it must be one of ${unknown.words.join(", ")}.`;
    },
  },
];
