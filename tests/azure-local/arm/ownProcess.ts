// A simulator in a separate process: `ownProcess.ts <home>` prints its address and runs until it is killed.
import { startArm } from "../../../azure-local/arm";

startArm({ home: process.argv[2]!, crashes: "process" }).then(({ url }) => console.log(url));
