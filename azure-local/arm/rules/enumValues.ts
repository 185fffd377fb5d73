import { unknownWord } from "../bodyWalk";
import type { Rule } from "../model";
import { loadSchemas } from "../schemas";

/** Connections: new categories are added without a new API version. */
const EXTENSIBLE = ["Microsoft.MachineLearningServices/workspaces/connections"];

/** Properties that a separate rule checks, from a better source. */
const CHECKED_ELSEWHERE = ["properties.authMode"];

export const enumValueRules: readonly Rule[] = [
  {
    code: "known-words",
    types: ["*"],
    on: ["create", "update"],
    azureCode: "InvalidRequestContent",
    status: 400,
    source:
      "Azure REST specifications: an enum is marked as open for later API versions; the service supports only the values listed in its version",
    grade: "K",
    check: ({ type, apiVersion, body }) => {
      const schema = loadSchemas().get(type.toLowerCase())!.at(apiVersion);
      if (apiVersion !== schema.apiVersion || EXTENSIBLE.includes(type)) return undefined;
      const unknown = unknownWord(body, schema.root, CHECKED_ELSEWHERE);
      return unknown && `'${unknown.path}' is '${unknown.value}': it must be one of ${unknown.words.join(", ")}.`;
    },
  },
];
