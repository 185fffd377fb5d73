// Does not prove that the Dockerfiles build: see builds.test.ts.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describeWith } from "../clients/venv";

const docker = path.join(__dirname, "../../docker");
const dockerfile = (name: string) => fs.readFileSync(path.join(docker, name, "Dockerfile"), "utf8");

/** Every instruction that `layer` accepts. */
const layer = `ARG BASE=docker.io/vllm/vllm-openai@sha256:${"a".repeat(64)}
FROM \${BASE}
LABEL owner="platform"
ENV PYTHONUNBUFFERED=1
WORKDIR /opt/team
COPY start.sh config/ ./
USER 2000:0
EXPOSE 8000
ENTRYPOINT ["/bin/bash", "/opt/team/start.sh"]
CMD ["--verbose"]
`;

describeWith(path.join(__dirname, "requirements.txt"), "hadolint accepts the Dockerfiles", (python) => {
  /** Findings: code and line. */
  function lint(content: string): string[] {
    const program = path.join(path.dirname(python), "hadolint");
    const { status, stdout, stderr, error } = spawnSync(program, ["--no-color", "--failure-threshold", "style", "-"], {
      input: content,
      encoding: "utf8",
    });
    if (error) throw error;
    const findings = stdout.split("\n").filter(Boolean);
    if (stderr !== "" || (status === 0) !== (findings.length === 0)) throw new Error(`hadolint ended with ${status}: ${stderr}${stdout}`);
    return findings;
  }

  test.each([
    ["docker/vllm", dockerfile("vllm")],
    ["docker/score", dockerfile("score")],
    ["a layer with every instruction that `layer` accepts", layer],
  ])("%s", (_, content) => {
    expect(lint(content)).toEqual([]);
    expect(content).not.toContain("hadolint ignore");
  });

  test("a Dockerfile with a mistake has a finding", () => {
    expect(lint("FROM debian\n")).toEqual([expect.stringMatching(/^-:1 DL3006 warning: /)]);
  });
});
