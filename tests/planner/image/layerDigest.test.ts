/** Tests that the digest of a layered image depends only on its contents. */
import * as fs from "node:fs";
import * as path from "node:path";
import * as fc from "fast-check";
import { layeredImage } from "../../../planner/image";
import { layerFolder, removeFolders } from "./layerFolder";

afterEach(removeFolders);

interface Content {
  readonly text: string;
  readonly executable: boolean;
}

const name = fc.stringMatching(/^[a-z]{1,3}$/);
/** Folders have capital letters, so that no path is both a file and a folder. */
const filePath = fc
  .tuple(
    fc.array(
      name.map((text) => text.toUpperCase()),
      { maxLength: 2 },
    ),
    name,
  )
  .map(([folders, file]) => [...folders, file].join("/"));
const tree = fc.dictionary(filePath, fc.record({ text: fc.string({ maxLength: 600 }), executable: fc.boolean() }), {
  minKeys: 1,
  maxKeys: 6,
});

/** Creates the files in the order of `entries`. Everything that doesn't count is taken from `noise`. */
function imageOf(
  entries: readonly (readonly [string, Content])[],
  noise: { readonly time: number; readonly mask: number },
  value = "1",
): string {
  const before = process.umask(noise.mask);
  try {
    const folder = layerFolder([`ENV VALUE=${value}`, "COPY files /opt/files", "COPY --chown=1:2 files /srv/"]);
    for (const [file, { text, executable }] of entries) {
      const target = path.join(folder, "files", file);
      fs.mkdirSync(path.dirname(target), { recursive: true });
      fs.writeFileSync(target, text);
      fs.chmodSync(target, (executable ? 0o700 : 0o600) | (noise.mask & 0o055));
      fs.utimesSync(target, noise.time, noise.time);
    }
    return layeredImage(folder).manifest.digest;
  } finally {
    process.umask(before);
  }
}

const first = { time: 1_000_000_000, mask: 0o022 };

test("the order of creation, times and the umask don't change the digest", () => {
  const noise = fc.record({ time: fc.integer({ min: 0, max: 2 ** 31 }), mask: fc.constantFrom(0o000, 0o002, 0o022, 0o027, 0o077) });
  fc.assert(
    fc.property(
      tree.chain((files) =>
        fc.tuple(fc.constant(Object.entries(files)), fc.shuffledSubarray(Object.entries(files), { minLength: Object.keys(files).length })),
      ),
      noise,
      ([entries, shuffled], other) => {
        expect(imageOf(shuffled, other)).toBe(imageOf(entries, first));
      },
    ),
    { numRuns: 30 },
  );
});

const changes: Readonly<Record<string, (text: string, at: number) => string>> = {
  "a changed byte": (text, at) => `${text.slice(0, at)}${String.fromCharCode(text.charCodeAt(at) ^ 1)}${text.slice(at + 1)}`,
  "an added byte": (text, at) => `${text.slice(0, at)} ${text.slice(at)}`,
  "a removed byte": (text, at) => text.slice(0, at) + text.slice(at + 1),
};

test.each(Object.entries(changes))("%s in any file gives another digest", (_, change) => {
  const bytes = fc.dictionary(
    filePath,
    fc.record({ text: fc.string({ unit: "binary-ascii", minLength: 1, maxLength: 600 }), executable: fc.boolean() }),
    { minKeys: 1, maxKeys: 4 },
  );
  fc.assert(
    fc.property(bytes, fc.nat(), fc.nat(), (files, which, where) => {
      const entries = Object.entries(files);
      const changed = entries.map(([file, content], index) => {
        if (index !== which % entries.length) return [file, content] as const;
        return [file, { ...content, text: change(content.text, where % content.text.length) }] as const;
      });
      expect(imageOf(changed, first)).not.toBe(imageOf(entries, first));
    }),
    { numRuns: 20 },
  );
});

test("another name, mode, or value of a variable gives another digest", () => {
  fc.assert(
    fc.property(tree, fc.stringMatching(/^[02-9]$/), (files, value) => {
      const entries = Object.entries(files);
      const [[file, content] = ["", { text: "", executable: false }], ...rest] = entries;
      const digests = [
        imageOf(entries, first),
        imageOf(entries, first, value),
        imageOf([[file, { ...content, executable: !content.executable }], ...rest], first),
        imageOf([[`${file}-`, content], ...rest], first),
        imageOf([...entries, ["other-", { text: "", executable: false }]], first),
      ];
      expect(new Set(digests).size).toBe(digests.length);
    }),
    { numRuns: 20 },
  );
});

test("the digest of a fixed image stays the same in later versions, because lock files contain it", () => {
  const folder = layerFolder(["ENV A=1", "COPY start.sh d /opt/moor/", 'ENTRYPOINT ["/opt/moor/start.sh"]'], {
    "start.sh": "exec true\n",
    "d/ü": "U",
  });
  fs.chmodSync(path.join(folder, "start.sh"), 0o755);
  fs.symlinkSync("ü", path.join(folder, "d/link"));
  const image = layeredImage(folder);
  expect([image.layer.digest, image.config.digest, image.manifest.digest]).toEqual([
    "sha256:f980009a0293e6ad56d0d17270734adad25153e41ee584a0253cc918c871f272",
    "sha256:b7bfdb80051359c5901a0e4c223d8087fa72cabf234ebbfef37272cf96c92b71",
    "sha256:c8f249f7081d7039fa6d96c8312618e764d876b2e33c123cb61481eb89a93498",
  ]);
});
