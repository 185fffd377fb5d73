import { styleText } from "node:util";
import { Listr } from "listr2";
import { type LocalSession, openSession, waitOutInterrupts } from "../local/session";
import { prepareStack, stackFileOf } from "../local/stackFile";
import { ask, type Endpoint } from "./chat";
import { inventory } from "./inventory";
import { expectNoChanges, up } from "./pulumi";

const stack = "dev";

interface Demo {
  session: LocalSession;
  stackFile: string;
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

function bringUp(context: Demo): Promise<Demo> {
  const tasks = new Listr<Demo>(
    [
      {
        title: "Pulumi engine and Azure on this machine",
        task: async (demo, task) => {
          demo.session = await openSession((line) => {
            task.output = line;
          });
          const { version, from } = demo.session.engine;
          task.title += styleText("dim", ` · pulumi ${version} from ${from}`);
        },
      },
      {
        title: `pulumi up of the stack ${stack}`,
        task: async (demo, task) => {
          demo.stackFile = await prepareStack(demo.session, stack, stackFileOf(stack)!);
          const counts = await up(demo.session, stack, demo.stackFile, (line) => {
            task.output = line;
          });
          task.title += styleText("dim", ` · ${counts}`);
        },
      },
    ],
    { fallbackRenderer: "simple", fallbackRendererCondition: () => !process.stdout.isTTY, registerSignalListeners: false },
  );
  return tasks.run(context);
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
