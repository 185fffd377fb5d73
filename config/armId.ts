/** An ARM resource id: `/subscriptions/<id>/resourceGroups/<group>/providers/<namespace>/<type>/<name>[/<type>/<name>...]`. */
const armIdPattern = /^\/subscriptions\/[0-9a-f-]{36}\/resourceGroups\/[^/]+\/providers\/([^/]+)((?:\/[^/]+\/[^/]+)+)$/i;

/** The resource type in an id, for instance `Microsoft.Network/virtualNetworks/subnets`; undefined when the text is no id. */
export function armIdType(text: string): string | undefined {
  const match = armIdPattern.exec(text);
  if (!match) return undefined;
  const types = (match[2] ?? "").split("/").filter((_, index) => index % 2 === 1);
  return [match[1], ...types].join("/");
}

/** Whether `text` is the id of a resource of `type`. ARM compares types in any case. */
export function isArmIdOf(type: string, text: string): boolean {
  return armIdType(text)?.toLowerCase() === type.toLowerCase();
}
