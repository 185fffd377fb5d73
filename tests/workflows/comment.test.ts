// Proves with stand-ins for GitHub and Azure DevOps that the comment jobs post a review once, update it, and refuse artifacts that they don't
// trust. Doesn't prove how GitHub or Azure DevOps renders the text.
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { parse } from "yaml";
import { type Pipeline, type PipelineJob, stepsOfJob } from "./azurePipelinesRules";
import { azureFolder, gitHubFolder } from "./files";
import type { Workflow } from "./gitHubRules";

const marker = "<!-- moor-review -->";
const sha = "a".repeat(40);
const space = "\u200b";

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-comment-"));
  write("review.md", "# prod: safe\n");
  write("number", "7\n");
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text: string) => fs.writeFileSync(path.join(folder, name), text);
const link = (name: string, target: string) => {
  fs.rmSync(path.join(folder, name));
  fs.symlinkSync(target, path.join(folder, name));
};

/** Texts that would have an effect in a comment, and what is posted. */
const effects: readonly [text: string, posted: string][] = [
  ["@team", `@${space}team`],
  ["[approve](https://example.com)", `[approve]${space}(https://${space}example.com)`],
  ["![](//example.com/a.png)", `![]${space}(//example.com/a.png)`],
  ["[a]: //example.com", `[a]${space}: //example.com`],
  ["www.example.com", `www${space}.example.com`],
  ["fixes #12", `fixes #${space}12`],
  ["<img src=x>", `<${space}img src=x>`],
  ["<!-- hidden -->", `<${space}!-- hidden -->`],
  ["<details open onload=x>", `<${space}details open onload=x>`],
  ["<details><summary>prod</summary>", "<details><summary>prod</summary>"],
  ["\u202eevil\u0007", "evil"],
  ["| a | 1 < 2 |", `| a | 1 <${space} 2 |`],
];

describe("GitHub", () => {
  const workflow = parse(fs.readFileSync(path.join(gitHubFolder, "review-comment.yml"), "utf8")) as Workflow;
  const script = workflow.jobs.comment!.steps!.find(({ name }) => name === "Post the review")!.with!.script as string;

  interface Comment {
    readonly id: number;
    readonly user: { readonly id: number } | null;
    readonly body: string;
  }

  interface Pull {
    readonly sha: string;
    readonly repository: string | undefined;
  }

  /** Runs the script like actions/github-script. Resolves to the requests that it sent. */
  async function post(comments: readonly Comment[] = [], pull: Pull = { sha, repository: "fork/moor" }): Promise<object[]> {
    const sent: object[] = [];
    const rest = {
      pulls: {
        get: async () => ({
          data: { head: { sha: pull.sha, repo: pull.repository === undefined ? null : { full_name: pull.repository } } },
        }),
      },
      issues: {
        listComments: "listComments",
        createComment: async (request: object) => sent.push({ create: request }),
        updateComment: async (request: object) => sent.push({ update: request }),
      },
    };
    const github = { rest, paginate: async (what: unknown) => (what === rest.issues.listComments ? comments : []) };
    const context = { repo: { owner: "owner", repo: "moor" } };
    const core = { notice: () => undefined };
    const standIn = { env: { FOLDER: folder, HEAD_SHA: sha, HEAD_REPOSITORY: "fork/moor" } };
    // The action runs the script as the body of an asynchronous function with these names.
    const body = new Function("github", "context", "core", "require", "process", `return (async () => {${script}})();`) as (
      ...values: readonly unknown[]
    ) => Promise<unknown>;
    await body(github, context, core, require, standIn);
    return sent;
  }

  const issue = { owner: "owner", repo: "moor", issue_number: 7 };
  const note = `Reviewed at commit ${sha} by the code of this pull request. The main branch is reviewed again before it is deployed.`;

  test("the first review is a new comment, and comments of others are not changed", async () => {
    const others = [
      { id: 1, user: { id: 5 }, body: `${marker}\nfrom someone else` },
      { id: 2, user: { id: 41898282 }, body: "from another workflow" },
      { id: 3, user: null, body: marker },
    ];
    expect(await post(others)).toEqual([{ create: { ...issue, body: `${marker}\n# prod: safe\n\n\n${note}` } }]);
  });

  test("a later review updates the comment", async () => {
    const earlier = { id: 9, user: { id: 41898282 }, body: `${marker}\n# prod: dangerous` };
    const update = { owner: "owner", repo: "moor", comment_id: 9, body: `${marker}\n# prod: safe\n\n\n${note}` };
    expect(await post([earlier])).toEqual([{ update }]);
  });

  test.each(effects)("%j has no effect", async (text, posted) => {
    write("review.md", text);
    expect(await post()).toEqual([{ create: { ...issue, body: `${marker}\n${posted}\n\n${note}` } }]);
  });

  test("a text that grows stays within GitHub's limit", async () => {
    write("review.md", "@".repeat(60_000));
    const [sent] = (await post()) as { create: { body: string } }[];
    expect(sent!.create.body.length).toBeLessThanOrEqual(65_536);
    expect(sent!.create.body.length).toBeGreaterThan(65_500);
  });

  test("without a review, nothing is posted", async () => {
    fs.rmSync(path.join(folder, "review.md"));
    expect(await post()).toEqual([]);
  });

  test.each<[name: string, change: () => void, error: string]>([
    ["a review that is a symbolic link", () => link("review.md", "/etc/passwd"), "review.md is not a regular file."],
    ["a number that is a symbolic link", () => link("number", "/etc/hostname"), "number is not a regular file."],
    ["a review that is too large", () => write("review.md", "x".repeat(240_001)), "review.md has 240001 bytes. Allowed: up to 240000."],
    ["a number that is not one", () => write("number", "7; rm"), "The artifact doesn't contain the number of a pull request."],
    ["a number with a leading zero", () => write("number", "07"), "The artifact doesn't contain the number of a pull request."],
    ["a second line", () => write("number", "7\n8"), "The artifact doesn't contain the number of a pull request."],
    ["no number", () => fs.rmSync(path.join(folder, "number")), "The artifact doesn't contain the number of a pull request."],
  ])("%s is refused", async (_, change, error) => {
    change();
    await expect(post()).rejects.toThrow(error);
  });

  test("an artifact that is a symbolic link is refused", async () => {
    const real = `${folder}-real`;
    fs.renameSync(folder, real);
    fs.symlinkSync(real, folder);
    try {
      await expect(post()).rejects.toThrow("The artifact is not a folder.");
    } finally {
      fs.rmSync(folder);
      fs.renameSync(real, folder);
    }
  });

  test.each<[name: string, pull: Pull, error: string]>([
    [
      "a pull request with other commits",
      { sha: "b".repeat(40), repository: "fork/moor" },
      "Pull request 7 has other commits than the run.",
    ],
    ["a pull request of another repository", { sha, repository: "owner/moor" }, "Pull request 7 is from another repository."],
    ["a pull request of a deleted repository", { sha, repository: undefined }, "Pull request 7 is from another repository."],
  ])("%s gets no comment", async (_, pull, error) => {
    await expect(post([], pull)).rejects.toThrow(error);
  });
});

describe("Azure DevOps", () => {
  const pipeline = parse(fs.readFileSync(path.join(azureFolder, "pull-request.yml"), "utf8")) as Pipeline;
  const job = pipeline.jobs!.find((one: PipelineJob) => one.job === "comment")!;
  const script = stepsOfJob(job).find(({ displayName }) => displayName === "Post the review")!.bash!;

  interface Sent {
    readonly method: string | undefined;
    readonly url: string | undefined;
    readonly body: unknown;
  }

  let sent: Sent[];
  let threads: object[];
  let server: http.Server;
  beforeEach(async () => {
    [sent, threads] = [[], []];
    server = http.createServer(async (request, answer) => {
      let text = "";
      for await (const part of request.setEncoding("utf8")) text += part;
      if (request.headers.authorization !== "Bearer token of the build") return answer.writeHead(401).end();
      if (request.method !== "GET") sent.push({ method: request.method, url: request.url, body: JSON.parse(text) });
      return answer.end(JSON.stringify({ value: threads }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  function post(number = "7"): Promise<{ readonly code: number | null; readonly errors: string }> {
    const env = {
      PATH: process.env.PATH,
      AGENT_TEMPDIRECTORY: folder,
      REVIEW: folder,
      PULL_REQUEST: number,
      REPOSITORY: "r1",
      COLLECTION: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
      PROJECT: "my project",
      SYSTEM_ACCESSTOKEN: "token of the build",
    };
    const child = spawn("bash", ["--noprofile", "--norc", "-c", script], { env, stdio: ["ignore", "ignore", "pipe"] });
    let errors = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
    });
    return new Promise((resolve) => child.on("close", (code) => resolve({ code, errors })));
  }

  const address = "/my%20project/_apis/git/repositories/r1/pullRequests/7/threads";

  test("the first review is a new thread", async () => {
    threads = [{ id: 1, comments: [{ id: 1 }], properties: { other: {} } }];
    expect(await post()).toEqual({ code: 0, errors: "" });
    const comments = [{ parentCommentId: 0, content: `${marker}\n# prod: safe\n`, commentType: 1 }];
    const properties = { "moor.review": { $type: "System.String", $value: "1" } };
    expect(sent).toEqual([{ method: "POST", url: `${address}?api-version=7.1`, body: { comments, status: 4, properties } }]);
  });

  test("a later review updates the thread", async () => {
    threads = [{ id: 5, comments: [{ id: 1 }], properties: { "moor.review": { $value: "1" } } }];
    write("review.md", effects.map(([text]) => text).join("\n"));
    expect(await post()).toEqual({ code: 0, errors: "" });
    const content = `${marker}\n${effects.map(([, posted]) => posted).join("\n")}`;
    expect(sent).toEqual([{ method: "PATCH", url: `${address}/5/comments/1?api-version=7.1`, body: { content } }]);
  });

  test.each<[name: string, change: () => void, number: string, error: string]>([
    ["a review that is a symbolic link", () => link("review.md", "/etc/passwd"), "7", "is not a regular file"],
    ["a review that is too large", () => write("review.md", "x".repeat(240_001)), "7", "is not a regular file"],
    ["a build that is not of a pull request", () => undefined, "", "This build is not of a pull request."],
  ])("%s is refused", async (_, change, number, error) => {
    change();
    expect(await post(number)).toEqual({ code: 1, errors: expect.stringContaining(error) });
    expect(sent).toEqual([]);
  });
});
