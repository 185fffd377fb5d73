import { serveTasks } from "../sweep/serve";
import { attempt } from "./trial";

serveTasks(attempt);
