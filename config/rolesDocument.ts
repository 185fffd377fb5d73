/** docs/roles.md: the table of roles as a document. */
import { roleTable } from "../rules/exposure";

const intro = `# Roles

<!-- \`npm run generate\` writes this file from rules/exposure/roles/table.ts. -->

The role assignments of a stack, with \`roles: moor\`. With \`roles: external\`, another team creates them. Any other role
assignment is a finding: MOOR480 for a principal that isn't in the stack, and MOOR481 for a role that isn't in this table
([codes](codes.md)). The managed identities are those of the workspace, of each endpoint, of deployment scripts and of tasks of the
container registry. The stack file lists \`operators\` and \`invokers\`.

Without a role, the local Azure denies the same requests as Azure, except in the row about scripts and Key Vault.
`;

const header = ["Holder", "Role", "Scope", "When", "Purpose", "Denied without it", "Source"];

/** Text of docs/roles.md. */
export function rolesDocument(): string {
  const rows = roleTable.map(({ holder, role, scope, when, why, without, source }) => [
    holder,
    role === "Score" ? "custom role: only calls to the endpoint" : role,
    scope,
    when,
    why.replace(/\.$/, ""),
    without,
    source,
  ]);
  const lines = [header, header.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  return `${intro}\n${lines.join("\n")}\n`;
}
