/** The commands that read from the Hub. Their error messages name different settings and options. */

/** `mirror`: `npm run mirror`, which copies files. `lock`, `fit` and `renew`: the commands that read what the Hub says about a model. */
export type HubCaller = "mirror" | "lock" | "fit" | "renew";

/** The parts of error messages that depend on the command. */
export interface CallerWords {
  /** What to check if the Hub doesn't know the model, as an object of "Check". */
  readonly model: string;
  /** How the user specifies a commit that doesn't exist, and how to correct it. */
  readonly revision: string;
  /** How to use a downloaded `config.json`, as the end of a sentence. */
  readonly configJson: string;
  /** What the requested commit is called. */
  readonly commit: string;
  /** What was not done, and how to correct it, if the Hub knows the commit as another one, with a space before it. */
  readonly otherCommit: string;
  /** What was not done because of the error, with a space before it. Empty if the command changes nothing in Azure. */
  readonly undone: string;
  /** What a repeated run does, with a space before it. */
  readonly again: string;
}

export const callerWords: Readonly<Record<HubCaller, CallerWords>> = {
  mirror: {
    model: "`vllm.model`",
    revision: "`vllm.revision` is wrong. Set `vllm.revision` to an existing commit, and run `npm run lock`.",
    configJson: "set `vllm.configJson` to its path in this repository and `vllm.checkpointGiB` to the size of the weight files",
    commit: "locked commit",
    otherCommit: " Nothing was copied. Set `vllm.revision` to a commit of 40 hexadecimal digits, and run `npm run lock`.",
    undone: " Nothing was registered.",
    again: " It continues where it stopped.",
  },
  lock: {
    model: "`vllm.model`",
    revision: "`vllm.revision` is wrong. Set `vllm.revision` to an existing commit, and run the command again.",
    configJson: "set `vllm.configJson` to its path in this repository and `vllm.checkpointGiB` to the size of the weight files",
    commit: "requested commit",
    otherCommit: " Check HF_ENDPOINT.",
    undone: "",
    again: "",
  },
  fit: {
    model: "the model ID",
    revision: "`--revision` is wrong. Specify an existing commit, or omit `--revision` to use the newest one.",
    configJson: "specify the path of config.json instead of the ID, with `--checkpoint-gib` for the size of the weight files",
    commit: "requested commit",
    otherCommit: " Check HF_ENDPOINT.",
    undone: "",
    again: "",
  },
  renew: {
    model: "the ID of the record in facts/modelRecords",
    revision: "The Hub doesn't know its own commit. Check HF_ENDPOINT.",
    configJson: "set `config` of the record to its content",
    commit: "requested commit",
    otherCommit: " Check HF_ENDPOINT.",
    undone: " Nothing was written.",
    again: "",
  },
};
