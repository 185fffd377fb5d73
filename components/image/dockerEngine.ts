/** Checks whether Docker is available on this machine. */
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as net from "node:net";

/** Seconds within which Docker must answer. */
const limitSeconds = 20;

/** Default socket of the daemon, for a machine without the Docker CLI. */
const defaultSocket = "/var/run/docker.sock";

/** Returns why Docker isn't available, or undefined if it is. The Docker CLI is tried first, because it uses contexts and `DOCKER_HOST`. */
export function missingDocker(): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(
      "docker",
      ["version", "--format", "{{.Server.Version}}"],
      { timeout: limitSeconds * 1000, env: process.env },
      (error, _, stderr) => {
        if (error === null) return resolve(undefined);
        if (error.code !== "ENOENT") return resolve(stderr.trim().split("\n").at(-1) || "the Docker daemon doesn't answer");
        resolve(isListening(defaultSocket).then((listening) => (listening ? undefined : "the command `docker` isn't installed")));
      },
    );
  });
}

function isListening(socket: string): Promise<boolean> {
  if (!fs.existsSync(socket)) return Promise.resolve(false);
  return new Promise((resolve) => {
    const connection = net.connect(socket);
    connection.once("connect", () => resolve(true)).once("error", () => resolve(false));
    connection.once("connect", () => connection.destroy());
  });
}
