import type { Resource } from "./model";
import { parentIdOf } from "./path";
import type { Table, Tables } from "./tables";

/** All resources, indexed by ID, parent and type. IDs and types are case-insensitive. */
export class Store {
  private readonly resources: Table<Resource>;
  private readonly byParent = new Map<string, Map<string, Resource>>();
  private readonly byType = new Map<string, Map<string, Resource>>();

  constructor(tables: Tables) {
    this.resources = tables.table<Resource>("resources");
    this.reindex();
  }

  /** Rebuilds the indexes after a rollback. */
  reindex(): void {
    this.byParent.clear();
    this.byType.clear();
    for (const resource of this.resources.values()) this.index(resource);
  }

  get(id: string | undefined): Resource | undefined {
    return id === undefined ? undefined : this.resources.get(id.toLowerCase());
  }

  put(resource: Resource): void {
    this.resources.set(resource.id.toLowerCase(), resource);
    this.index(resource);
  }

  /** Removes one resource, but not its children. */
  remove(id: string): void {
    const key = id.toLowerCase();
    const resource = this.resources.get(key);
    if (!resource) return;
    this.resources.delete(key);
    this.byParent.get(parentIdOf(key).toLowerCase())?.delete(key);
    this.byType.get(resource.type.toLowerCase())?.delete(key);
  }

  children(parentId: string, type?: string): Resource[] {
    const all = [...(this.byParent.get(parentId.toLowerCase())?.values() ?? [])];
    return type === undefined ? all : all.filter((resource) => resource.type.toLowerCase() === type.toLowerCase());
  }

  /** Returns all resources below `id`, deepest first, which is the order of removal. */
  descendants(id: string): Resource[] {
    return this.children(id).flatMap((child) => [...this.descendants(child.id), child]);
  }

  all(type: string): Resource[] {
    return [...(this.byType.get(type.toLowerCase())?.values() ?? [])];
  }

  everything(): IterableIterator<Resource> {
    return this.resources.values();
  }

  private index(resource: Resource): void {
    const key = resource.id.toLowerCase();
    group(this.byParent, parentIdOf(key).toLowerCase()).set(key, resource);
    group(this.byType, resource.type.toLowerCase()).set(key, resource);
  }
}

function group(index: Map<string, Map<string, Resource>>, key: string): Map<string, Resource> {
  let members = index.get(key);
  if (!members) {
    members = new Map();
    index.set(key, members);
  }
  return members;
}
