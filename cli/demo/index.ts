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
  /** Why a step failed. The list of steps would print it beside the title, and the command once more. */
  failure?: unknown;
}

/** `npm run demo`: the dev stack, from nothing to an answered request, on the real Pulumi engine and with no subscription. */
export async function demo(): Promise<void> {
  const context = {} as Demo;
  const interruptible = waitOutInterrupts();
  try {
    await bringUp(context);
    const { session, stackFile } = context;
    heading("What exists");
    console.log(inventory(session.azure));
    heading("A question to the endpoint, by the OpenAI client");
    const endpoint = await chatEndpoint(session);
    await ask(session.azure, endpoint, "Where do you answer from?");
    heading("A second preview");
    await expectNoChanges(session, stack, stackFile);
    console.log("No changes.");
    heading("What next");
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
        title: "Pulumi engine and Azure on this machine",
        task: step(async (demo, task) => {
          demo.session = await openSession((line) => {
            task.output = line;
          });
          const { version, from } = demo.session.engine;
          task.title += styleText("dim", ` · pulumi ${version} from ${from}`);
        }),
      },
      {
        title: `pulumi up of the stack ${stack}`,
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

/** A step whose failure the command prints at its end, and the list only marks. */
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
    `  On Azure this endpoint would answer at ${endpoint.openaiBaseUrl}, inside the network only.`,
    "",
    "  npm run local -- preview -s prod     what production would get",
    "  npm run local -- stack output -s dev what this stack tells its users",
    "  npm run local -- destroy -s dev      take it down again",
  ].join("\n");
}
