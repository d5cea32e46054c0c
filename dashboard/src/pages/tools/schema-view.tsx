import type { JsonObject } from "#core/contract/json.ts";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { JsonView } from "../../components/json-view.tsx";
import { readSchemaMembers, type SchemaMember } from "./read-schema.ts";

const columns: readonly Column<SchemaMember>[] = [
  {
    id: "name",
    header: "Name",
    cell: (member) => (
      <span className="font-mono text-xs break-all">
        {member.name}
        {member.isRequired && (
          <span className="text-bad" title="required">
            {" "}
            *
          </span>
        )}
        {member.isRequired && <span className="sr-only"> required</span>}
      </span>
    ),
  },
  {
    id: "type",
    header: "Type",
    cell: (member) => <span className="text-sm break-words">{member.type}</span>,
  },
  {
    id: "description",
    header: "Meaning",
    cell: (member) => <span className="text-muted">{member.description}</span>,
  },
];

/** A JSON Schema: its members in a table, the whole of it below. */
export function SchemaView({ schema, label }: { schema: JsonObject; label: string }) {
  const members = readSchemaMembers(schema);
  return (
    <div className="flex flex-col gap-2">
      {members.length === 0 ? (
        <p className="text-muted">No named members.</p>
      ) : (
        <div className="-mx-3.5 -mt-3.5 border-b">
          <DataTable label={label} columns={columns} rows={members} rowKey={(member) => member.name} />
        </div>
      )}
      <details>
        <summary className="text-sm text-muted">JSON Schema</summary>
        <div className="mt-2">
          <JsonView value={schema} label={label} />
        </div>
      </details>
    </div>
  );
}
