import type { Ratio } from "./index";
import { compareRollouts, type Loss } from "./rollouts";

/** One change of a live model to another on another size, as Moor makes it and as public templates do, under the same load. */
export async function measure(): Promise<readonly Ratio[]> {
  const { moor, replaced, inPlace } = await compareRollouts();
  const told = ({ failed, total, seconds, first }: Loss) =>
    `${failed} of ${total} requests and streams failed in ${seconds.toFixed(0)} s${first === undefined ? "" : `, first with ${first}`}`;
  console.log(`A changed model, Moor: ${told(moor)}`);
  console.log(`A changed model and size, one deployment that is replaced: ${told(replaced)}`);
  console.log(`A changed model, one deployment updated in place: ${told(inPlace)}`);
  const share = ({ failed, total }: Loss) => failed / total;
  return [
    { what: "of the requests under a change of the model and size are answered by Moor", value: 1 - share(moor), atLeast: 1 },
    { what: "of them fail where one deployment is replaced", value: share(replaced), atLeast: 0.05 },
  ];
}
