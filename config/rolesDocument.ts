/** docs/roles.md: the table of roles as a document. */
import { roleTable } from "../rules/exposure";

const intro = `# Roles

<!-- \`npm run generate\` writes this file from rules/exposure/roles/table.ts. -->

The role assignments of a stack, with \`roles: moor\`. With \`roles: external\`, another team creates them. The rules accept no other role
assignment: a role for any other principal is MOOR480, and another role is MOOR481 (docs/codes.md). The managed identities are those of the
workspace, of each endpoint, of deployment scripts and of tasks of the container registry. The stack file names \`operators\` and \`invokers\`.

Except for the row about scripts and Key Vault, the local Azure refuses what Azure refuses without the role.
`;

const header = ["Holder", "Role", "Scope", "When", "Purpose", "Without it, Azure refuses", "Source"];

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
