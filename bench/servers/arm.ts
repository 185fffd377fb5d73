// Azure Resource Manager in a separate process: `arm.ts <home>` prints its address.
import { startArm } from "../../azure-local/arm";

startArm({ home: process.argv[2]!, speed: Number.POSITIVE_INFINITY }).then(({ url }) => console.log(url));
