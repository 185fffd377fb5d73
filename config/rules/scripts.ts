import type { PlatformDraft } from "./draft";

/** Whether the stack has a subnet for deployment scripts, with a storage account for the script service's files. */
export function hasScripts(platform: PlatformDraft | undefined): boolean {
  const { create, existing } = platform?.network ?? {};
  return create?.scripts === true || existing?.scriptsSubnetId !== undefined;
}
