// Azure Resource Manager in a process of its own: `arm.ts <home>` prints its address.
import { startArm } from "../../azure-local/arm";

startArm({ home: process.argv[2]!, speed: Number.POSITIVE_INFINITY }).then(({ url }) => console.log(url));
