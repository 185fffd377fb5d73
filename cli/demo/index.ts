import { styleText } from "node:util";
import { Listr } from "listr2";
import { type LocalSession, openSession, waitOutInterrupts } from "../local/session";
import { prepareStack } from "../local/stackFile";
import { requireStackFile } from "../stackFiles";
import { ask, type Endpoint } from "./chat";
import { inventory } from "./inventory";
import { expectNoChanges, up } from "./pulumi";

const stack = "dev";

interface Demo {
  session: LocalSession;
  stackFile: string;
  /** The error of a failed step. It is kept here, so that only the command prints it. */
  failure?: unknown;
}

/** `npm run demo`: deploys the dev stack with the real Pulumi engine and sends a request to it, without a subscription. */
export async function demo(): Promise<void> {
  const context = {} as Demo;
  const interruptible = waitOutInterrupts();
  try {
    await bringUp(context);
    const { session, stackFile } = context;
    heading("Resources");
    console.log(inventory(session.azure));
    heading("Request to the endpoint with the OpenAI client");
    const endpoint = await chatEndpoint(session);
    await ask(session.azure, endpoint, "Where do you answer from?");
    heading("Second preview");
    await expectNoChanges(session, stack, stackFile);
    console.log("No changes.");
    heading("Next steps");
    console.log(next(endpoint));
  } finally {
    interruptible();
    await context.session?.close();
  }
}

async function bringUp(context: Demo): Promise<void> {
  const tasks = new Listr<Demo>(
    [
      {
        title: "Pulumi engine and local Azure",
        task: step(async (demo, task) => {
          demo.session = await openSession((line) => {
            task.output = line;
          });
          const { version, from } = demo.session.engine;
          task.title += styleText("dim", ` · pulumi ${version} from ${from}`);
        }),
      },
      {
        title: `pulumi up of stack ${stack}`,
        task: step(async (demo, task) => {
          demo.stackFile = await prepareStack(demo.session, stack, requireStackFile(stack));
          const counts = await up(demo.session, stack, demo.stackFile, (line) => {
            task.output = line;
          });
          task.title += styleText("dim", ` · ${counts}`);
        }),
      },
    ],
    {
      fallbackRenderer: "simple",
      fallbackRendererCondition: () => !process.stdout.isTTY,
      registerSignalListeners: false,
      rendererOptions: { showErrorMessage: false },
    },
  );
  try {
    await tasks.run(context);
  } catch (error) {
    throw context.failure ?? error;
  }
}

type Task = { title: string; output: unknown };

/** A step whose error the command prints at the end. The list only marks the step as failed. */
function step(work: (demo: Demo, task: Task) => Promise<void>) {
  return async (demo: Demo, task: Task) => {
    try {
      await work(demo, task);
    } catch (error) {
      demo.failure = error;
      throw new Error("see below");
    }
  };
}

async function chatEndpoint(session: LocalSession): Promise<Endpoint> {
  const outputs = JSON.parse(await session.pulumiQuietly(["stack", "output", "endpoints", "--json", "--stack", stack]));
  return outputs.chat as Endpoint;
}

function heading(text: string): void {
  console.log(`\n${styleText("bold", text)}`);
}

function next(endpoint: Endpoint): string {
  return [
    `  In Azure, the URL of this endpoint is ${endpoint.openaiBaseUrl}, reachable only from the private network.`,
    "",
    "  npm run local -- preview -s prod      Preview the production stack.",
    "  npm run local -- stack output -s dev  Show the outputs of this stack.",
    "  npm run local -- destroy -s dev       Delete this stack.",
  ].join("\n");
}
