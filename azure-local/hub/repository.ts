import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { type Contents, fileContents } from "./contents";

/** A model repository at one commit. */
export interface HubRepository {
  /** `<organization>/<name>`, or a name alone. */
  readonly id: string;
  /** 40 hexadecimal digits. */
  readonly commit: string;
  /** Contents by path. */
  readonly files: Readonly<Record<string, Contents>>;
  /** License ID of the model card. @default none */
  readonly license?: string;
  /** Whether users must accept a license before they can read the files. @default false */
  readonly gated?: false | "auto" | "manual";
  /** Kind of the pipeline. @default text-generation */
  readonly pipelineTag?: string;
  /** Tags in addition to those that the Hub derives, such as `fp8` or `base_model:quantized:<id>`. @default none */
  readonly tags?: readonly string[];
  /** Earlier IDs, which the Hub redirects to this one. @default none */
  readonly renamedFrom?: readonly string[];
  /** Whether the terms exclude addresses in the European Union (`extra_gated_eu_disallowed`). @default false */
  readonly refusesEurope?: boolean;
  /** Parameters by type, as the Hub counted them. @default - not counted */
  readonly parameters?: Readonly<Record<string, number>>;
  /** @default false */
  readonly private?: boolean;
  /** Whether Hugging Face has disabled it. @default false */
  readonly disabled?: boolean;
  /** Whether a file is stored outside Git, in LFS or Xet. @default by the patterns that Hugging Face gives new repositories */
  readonly isLarge?: (file: string) => boolean;
}

/** Source: the file .gitattributes that Hugging Face adds to new model repositories. */
const largeFiles =
  /\.(7z|arrow|bin|bz2|ckpt|ftz|gguf|gz|h5|joblib|mlmodel|model|msgpack|npy|npz|onnx|ot|parquet|pb|pickle|pkl|pt|pth|rar|safetensors|tar|tflite|tgz|wasm|xz|zip|zst)$/;

export function isLarge({ isLarge: own }: HubRepository, file: string): boolean {
  return own ? own(file) : largeFiles.test(file);
}

/** The files of a folder as a repository. Hidden files are included, links are not. */
export function folderRepository(folder: string, about: Omit<HubRepository, "files">): HubRepository {
  const files = fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  return {
    ...about,
    files: Object.fromEntries(files.map((file) => [path.relative(folder, file).split(path.sep).join("/"), fileContents(file)])),
  };
}

/** What the Hub reports about a file. */
export interface FileFacts {
  readonly path: string;
  readonly size: number;
  /** SHA-1 of the Git object, which is a pointer for a large file. */
  readonly oid: string;
  /** The hash of a large file, and the text that Git contains instead of it. */
  readonly large?: { readonly sha256: string; readonly pointer: string };
}

const facts = new WeakMap<Contents, Promise<Omit<FileFacts, "path">>>();

export async function fileFacts(repository: HubRepository, file: string): Promise<FileFacts | undefined> {
  const contents = Object.hasOwn(repository.files, file) ? repository.files[file] : undefined;
  if (contents === undefined) return undefined;
  const known = facts.get(contents) ?? factsOf(contents, isLarge(repository, file));
  facts.set(contents, known);
  return { path: file, ...(await known) };
}

/** Source of the pointer: git-lfs, docs/spec.md. */
async function factsOf(contents: Contents, large: boolean): Promise<Omit<FileFacts, "path">> {
  const { size } = contents;
  if (!large) {
    const hash = createHash("sha1").update(`blob ${size}\0`);
    for await (const chunk of contents.read(0, size - 1) as AsyncIterable<Buffer>) hash.update(chunk);
    return { size, oid: hash.digest("hex") };
  }
  const sha256 = await contents.sha256();
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256}\nsize ${size}\n`;
  const oid = createHash("sha1").update(`blob ${pointer.length}\0${pointer}`).digest("hex");
  return { size, oid, large: { sha256, pointer } };
}
