// Prints, per manifest and area, how many rows are proven by a cited test and which are open: `npm run features`.
// With an area's name as argument it lists that area's open rows.
import { citations, featureRows, manifests } from "./feature-rows.ts";

const rows = featureRows();
const proven = new Set([...citations().values()].flat().map(({ id }) => id));
if (rows === undefined) {
  console.log(
    `${proven.size} rows are cited. The manifests are not at ${manifests}, so what is open cannot be told.`,
  );
} else {
  const wanted = process.argv[2];
  let total = 0;
  let done = 0;
  for (const [name, list] of rows) {
    const provable = list.filter((row) => row.kind !== "outside");
    const areas = [...new Set(provable.map((row) => row.area))].sort();
    const provenHere = provable.filter((row) => proven.has(row.id)).length;
    total += provable.length;
    done += provenHere;
    console.log(
      `${name}: ${provenHere} of ${provable.length} proven (${list.length - provable.length} cannot be proven in a repository)`,
    );
    for (const area of areas) {
      const inArea = provable.filter((row) => row.area === area);
      const open = inArea.filter((row) => !proven.has(row.id));
      console.log(
        `  ${area.padEnd(16)} ${String(inArea.length - open.length).padStart(3)} of ${String(inArea.length).padStart(3)}`,
      );
      if (wanted === area) for (const row of open) console.log(`      open ${row.id}: ${row.behaviour}`);
    }
  }
  console.log(`all: ${done} of ${total} proven`);
}
