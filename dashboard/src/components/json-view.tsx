import { Fragment, useState } from "react";
import { Button } from "./button.tsx";
import { CodeBlock } from "./code-block.tsx";
import { type JsonToken, tokenizeJson } from "./tokenize-json.ts";
import { useArtifactLink } from "./artifact-link.tsx";

const colours: Record<JsonToken["kind"], string> = {
  key: "text-accent-text",
  string: "text-good",
  number: "text-busy",
  word: "text-ask",
  plain: "text-muted",
};

const SHOWN_LINES = 160;

/** JSON as it is, in full; digests of known artifacts are links to them. */
export function JsonView({ value, label }: { value: unknown; label: string }) {
  const [isWhole, setWhole] = useState(false);
  const text = JSON.stringify(value, null, 2) ?? "undefined";
  const lines = text.split("\n");
  const isCut = !isWhole && lines.length > SHOWN_LINES + 20;
  const shown = isCut ? lines.slice(0, SHOWN_LINES).join("\n") : text;
  return (
    <div>
      <CodeBlock label={label} copy={text} isWrapped>
        {tokenizeJson(shown).map((token, index) => (
          // Tokens have no identity but their place.
          <JsonPiece key={index} token={token} />
        ))}
      </CodeBlock>
      {isCut && (
        <Button
          size="small"
          kind="quiet"
          className="mt-1"
          onClick={() => {
            setWhole(true);
          }}
        >
          Show all {lines.length} lines
        </Button>
      )}
    </div>
  );
}

function JsonPiece({ token }: { token: JsonToken }) {
  const linkTo = useArtifactLink();
  if (token.kind === "plain") return <span className={colours.plain}>{token.text}</span>;
  const digest = /^"([0-9a-f]{64})"$/.exec(token.text)?.[1];
  const link = digest === undefined ? undefined : linkTo(digest);
  if (link === undefined) return <span className={colours[token.kind]}>{token.text}</span>;
  return (
    <Fragment>
      "
      <a
        href={link.address}
        title={link.name}
        className="text-link break-all"
        onClick={(event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          link.open();
        }}
      >
        {digest}
      </a>
      "
    </Fragment>
  );
}
