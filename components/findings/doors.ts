/** One-way doors of a run, as far as the inputs of an update don't show them: by reading Azure. */
import { type ArmClient, ArmError } from "../../azure/arm";
import { isWithinArmId, sameArmId, subscriptionOf } from "../../azure/armId";
import { armTypeOf } from "../../azure/resourceTypes";
import { stackTag } from "../../planner/tags";
import {
  type Body,
  type Change,
  type Check,
  checkChange,
  checkRemoval,
  checkReplacement,
  checkSoftDeleted,
  isFinding,
  type RuleResource,
  type SoftDeleted,
  valuableTypes,
  valueAt,
} from "../../rules";
import { type Reviewed, worded } from "./evaluate";

const storage = armTypeOf("storage:StorageAccount");
const vault = armTypeOf("keyvault:Vault");
const workspace = armTypeOf("machinelearningservices:Workspace");
const deployment = armTypeOf("machinelearningservices:OnlineDeployment");

/** A resource in the list of a resource group. */
interface Listed {
  readonly id: string;
  readonly type: string;
  readonly tags?: Readonly<Record<string, string>>;
}

/** Checks creations, replacements and removals against what exists in Azure. */
export class LiveDoors {
  private readonly deleted = new Map<string, Promise<readonly SoftDeleted[]>>();

  /**
   * @param stack The tag `stackTag` of the stack's resources contains it.
   * @param warn Called with a warning if something can't be read
   */
  constructor(
    private readonly azure: ArmClient,
    private readonly stack: string,
    private readonly warn: (text: string) => void,
  ) {}

  /** Whether a door concerns the creation of a resource. */
  concerns({ exact: { type } }: Reviewed): boolean {
    return valuableTypes.some((valuable) => sameArmId(type, valuable));
  }

  /**
   * Checks a resource that a run can create: if it exists in Azure, Pulumi replaces it because of a property that can't be changed; if it doesn't, its
   * name must not be that of a soft-deleted resource.
   * @param isCreated Whether the run creates it, so that a resource that exists is replaced in any case.
   */
  async creation(resource: Reviewed, isCreated: boolean): Promise<Check[]> {
    const { exact, shown } = resource;
    const before = exact.id === undefined ? undefined : await this.find(exact.id, exact);
    const deleted = before === undefined ? await this.softDeleted(exact) : [];
    const check = (after: RuleResource) =>
      before === undefined ? checkSoftDeleted([after], deleted) : replacement({ before, after }, isCreated);
    return exact === shown ? check(exact) : worded(check(exact), check(shown), [resource]);
  }

  /**
   * Checks the resources of the stack in Azure that the program doesn't declare: Pulumi deletes them. A deployment is removed with its endpoint, or
   * when a rollout has moved its traffic.
   * @param declared All resources of the program
   * @param created Those that the run creates. One that takes the place of a removed one has a new name.
   */
  async removals(declared: readonly Reviewed[], created: readonly Reviewed[]): Promise<Check[]> {
    const ids = declared.flatMap(({ exact }) => exact.id ?? []);
    const groups = new Set(ids.flatMap((id) => /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+/i.exec(id)?.[0].toLowerCase() ?? []));
    const listed = (await Promise.all([...groups].map((group) => this.list(group)))).flat();
    const removed = listed.filter(
      ({ id, type, tags }) =>
        tags?.[stackTag] === this.stack &&
        valuableTypes.some((valuable) => sameArmId(type, valuable)) &&
        !sameArmId(type, deployment) &&
        !ids.some((one) => sameArmId(one, id)),
    );
    const live = await Promise.all(
      removed.map(async ({ id, type }) => [await this.find(id, { name: id, type }), await this.holdsData(id, type)] as const),
    );
    return live.flatMap(([before, holdsData]) => {
      if (before === undefined || !holdsData) return [];
      const isOfType = ({ type }: { readonly type: string }) => sameArmId(type, before.type);
      const [successor, ...more] = created.filter(({ exact }) => isOfType(exact) && !listed.some(({ id }) => sameArmId(id, exact.id)));
      const isRenamed = successor !== undefined && more.length === 0 && removed.filter(isOfType).length === 1;
      return isRenamed ? checkReplacement({ before, after: successor.shown }) : checkRemoval(before);
    });
  }

  /** Moor keeps data in containers. A storage account for deployment scripts has none, only file shares with the scripts and their logs. */
  private async holdsData(id: string, type: string): Promise<boolean> {
    if (!sameArmId(type, storage)) return true;
    const path = `${id}/blobServices/default/containers`;
    const containers = await this.azure
      .list<object>(path, { apiVersion: "2024-01-01" })
      .catch((error: unknown) => this.unread(path, error));
    return containers === undefined || containers.length > 0;
  }

  /** A resource in Azure, under the name that it has in findings. Undefined if it doesn't exist or can't be read. */
  private async find(id: string, { name, type }: Pick<RuleResource, "name" | "type">): Promise<RuleResource | undefined> {
    const body = await this.azure.find<Body>(id).catch((error: unknown) => this.unread(id, error));
    return body === undefined ? undefined : { name, type, id, body, from: "observed" };
  }

  private async list(group: string): Promise<readonly Listed[]> {
    const listed = await this.azure
      .list<Listed>(`${group}/resources`, { apiVersion: "2024-03-01" })
      .catch((error) => this.unread(group, error));
    return listed ?? [];
  }

  /** The soft-deleted resources of a type in the subscription of a resource that doesn't exist. */
  private softDeleted({ type, id }: RuleResource): Promise<readonly SoftDeleted[]> {
    const read = [vault, workspace].find((one) => sameArmId(one, type));
    if (read === undefined || id === undefined) return Promise.resolve([]);
    const subscription = `/subscriptions/${subscriptionOf(id)}`;
    const key = `${read} ${subscription}`.toLowerCase();
    const reading = this.deleted.get(key) ?? (read === vault ? this.deletedVaults(subscription) : this.deletedWorkspaces(subscription));
    this.deleted.set(key, reading);
    return reading;
  }

  private async deletedVaults(subscription: string): Promise<readonly SoftDeleted[]> {
    interface DeletedVault {
      readonly properties: { readonly vaultId: string; readonly scheduledPurgeDate?: string };
    }
    const path = `${subscription}/providers/Microsoft.KeyVault/deletedVaults`;
    const vaults = await this.azure.list<DeletedVault>(path, { apiVersion: "2024-11-01" }).catch((error) => this.unread(path, error));
    return (vaults ?? []).map(({ properties: { vaultId, scheduledPurgeDate } }) => ({
      id: vaultId,
      purgedOn: scheduledPurgeDate?.slice(0, 10),
    }));
  }

  /** Azure documents no list of soft-deleted workspaces. Scripts in use read this one; where it isn't available, the creation fails instead. */
  private async deletedWorkspaces(subscription: string): Promise<readonly SoftDeleted[]> {
    const path = `${subscription}/providers/Microsoft.MachineLearningServices/deletedWorkspaces`;
    const workspaces = await this.azure.list<{ readonly id: string }>(path, { apiVersion: "2024-10-01" }).catch((error: unknown) => {
      if (error instanceof ArmError) return [];
      throw error;
    });
    return workspaces.filter(({ id }) => !isWithinArmId(id, path)).map(({ id }) => ({ id }));
  }

  private unread(id: string, error: unknown): undefined {
    if (!(error instanceof ArmError)) throw error;
    const role = error.isAccessDenied ? " To check it, assign the role Reader at this scope to the identity of this run." : "";
    this.warn(`Can't read ${id} (${error.message}), so Moor can't check whether this run would lose data in it.${role}`);
    return undefined;
  }
}

/** Which door a replacement goes through. If it isn't known, the resource is removed. */
function replacement(change: Change, isCreated: boolean): Check[] {
  const known = checkReplacement(change);
  // Azure's body contains defaults that inputs omit.
  if (!isCreated) return known.filter(({ property }) => valueAt(change.after.body, property) !== undefined);
  if (known.length > 0) return known;
  const changes = checkChange(change).filter(isFinding);
  if (changes.length > 0) return changes;
  return checkRemoval(change.before).map(({ problem, remedy, ...check }) => ({
    ...check,
    resource: change.after,
    problem: `The resource exists in Azure, and this run would create it. If the state doesn't contain it, the update fails. Otherwise, Pulumi replaces it. ${problem}`,
    remedy: `If an earlier run was killed, run \`npm run recover\` first. ${remedy}`,
  }));
}
