/** Judges the origin of a container image by the registry in its name. */
import type { Judge } from "./flows";
import { judgeHost } from "./host";
import { opaque, violated } from "./judgement";

/** Judges an image's name. Without a host, Docker Hub is meant. Source: distribution/reference, the rules for names. */
export const judgeImage: Judge = (value, context) => {
  const unreadable = opaque(value);
  if (unreadable !== undefined) return unreadable;
  if (typeof value !== "string" || value === "") return violated("isn't the name of an image");
  return judgeHost(registryOf(value), context);
};

function registryOf(image: string): string {
  const [first = "", ...path] = image.split("/");
  return path.length > 0 && /[.:]|^localhost$/.test(first) ? first : "docker.io";
}
