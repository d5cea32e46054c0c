import { useQuery } from "@tanstack/react-query";
import { toolsQuery } from "../../app/queries.ts";
import { useServices } from "../../app/services.tsx";
import { TextArea } from "../../components/field.tsx";
import { type CheckedArguments, checkArguments } from "./check-arguments.ts";

/** What is written in the editor, checked against the tool's own schema once that is known. */
export function useCheckedArguments(
  tool: string,
  text: string,
): CheckedArguments & { isAgainstSchema: boolean } {
  const tools = useQuery(toolsQuery(useServices()));
  const schema = tools.data?.find((one) => one.name === tool)?.input;
  return { ...checkArguments(text, schema), isAgainstSchema: schema !== undefined };
}

/** Changes a call's arguments as JSON. */
export function ArgumentEditor({
  tool,
  text,
  onChange,
  checked,
}: {
  tool: string;
  text: string;
  onChange: (text: string) => void;
  checked: ReturnType<typeof useCheckedArguments>;
}) {
  return (
    <TextArea
      label={`Arguments of ${tool}`}
      isMono
      rows={Math.min(20, Math.max(5, text.split("\n").length + 1))}
      spellCheck={false}
      value={text}
      error={checked.ok ? undefined : checked.message}
      hint={
        checked.isAgainstSchema
          ? "Fits the tool's schema. What you approve is exactly this."
          : "JSON. The server checks it against the tool's schema."
      }
      onChange={(event) => {
        onChange(event.currentTarget.value);
      }}
    />
  );
}
