// A simulator in a process of its own: `ownProcess.ts <home>` prints its address and stays until it is killed.
import { startArm } from "../../../azure-local/arm";

startArm({ home: process.argv[2]!, crashes: "process" }).then(({ url }) => console.log(url));
