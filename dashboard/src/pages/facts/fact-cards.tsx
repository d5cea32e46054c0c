import type { JsonObject, JsonValue } from "#core/contract/json.ts";
import { JsonView } from "../../components/json-view.tsx";
import { toWords } from "../../format/words.ts";
import { type DrawnFacts, readDrawnFacts } from "../../log/read-facts.ts";
import { objectOf, textMember } from "../../log/read-message.ts";
import { DriftView } from "./drift-view.tsx";
import { ExplanationView } from "./explanation-view.tsx";
import { FairnessView } from "./fairness-view.tsx";
import { MetricsView } from "./metrics-view.tsx";
import { DataView, ModelView, ProfileView, SplitView, ValidationView } from "./short-views.tsx";

/** Facts side by side, each drawn in the way that suits it; what has no drawing is shown as it is. */
export function FactCards({ facts }: { facts: JsonObject }) {
  const drawn = readDrawnFacts(facts);
  return (
    <div className="gap-x-7 lg:columns-2">
      {Object.entries(facts)
        .toSorted(([left], [right]) => rank(left) - rank(right))
        .map(([name, value]) => (
          <div key={name} className="mb-5 min-w-0 break-inside-avoid">
            <h3 className="mb-2 font-semibold">{toWords(name)}</h3>
            <FactView name={name} value={value} drawn={drawn} />
          </div>
        ))}
    </div>
  );
}

/** What decides first, whatever order the facts came in. */
const order = ["metrics", "fairness", "drift", "explanation", "model", "data", "split"];
const rank = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);

function FactView({ name, value, drawn }: { name: string; value: JsonValue; drawn: DrawnFacts }) {
  if (value === null) return <p className="text-muted">Not established.</p>;
  switch (name) {
    case "model":
      if (drawn.model !== undefined) return <ModelView fact={drawn.model} />;
      break;
    case "metrics":
      if (drawn.metrics !== undefined) return <MetricsView fact={drawn.metrics} />;
      break;
    case "fairness":
      if (drawn.fairness !== undefined) return <FairnessView fact={drawn.fairness} />;
      break;
    case "drift":
      if (drawn.drift !== undefined) return <DriftView fact={drawn.drift} />;
      break;
    case "explanation":
      if (drawn.explanation !== undefined) return <ExplanationView fact={drawn.explanation} />;
      break;
    case "data":
      if (drawn.data !== undefined) return <DataView fact={drawn.data} />;
      break;
    case "split":
      if (drawn.split !== undefined) return <SplitView fact={drawn.split} />;
      break;
    case "profile":
      if (drawn.profile !== undefined) return <ProfileView fact={drawn.profile} />;
      break;
    case "validation":
      if (drawn.validation !== undefined) return <ValidationView fact={drawn.validation} />;
      break;
    default:
  }
  const document = documentName(value);
  if (document !== undefined) return <p className="font-mono text-xs">{document}</p>;
  return <JsonView value={value} label={toWords(name)} />;
}

/** A fact that is only a document's name and digest; the digest is a link in the exact input. */
function documentName(value: JsonValue): string | undefined {
  const members = objectOf(value);
  if (members === undefined || Object.keys(members).length !== 2) return undefined;
  const name = textMember(value, "name");
  return name === "" || members["artifact"] === undefined ? undefined : name;
}
