import { serveTasks } from "./serve";
import { attempt } from "./trial";

serveTasks(attempt);
