import { useQuery } from "@tanstack/react-query";
import { artifactUrl } from "../../../api/client.ts";
import { artifactQuery } from "../../../app/queries.ts";
import { useServices } from "../../../app/services.tsx";
import { classNames } from "../../../components/class-names.ts";
import { Panel } from "../../../components/panel.tsx";
import { type PictureWords, readPicture } from "../../../log/read-picture.ts";

export interface KeptPicture {
  name: string;
  sha256: string;
}

/** The pictures among a run's artifacts, in the order in which they were kept. */
export function picturesOf(artifacts: Iterable<KeptPicture>): KeptPicture[] {
  return [...artifacts].filter(({ name }) => /^pictures\/[^/]+\.svg$/.test(name));
}

/** The pictures that the run's tools drew: the very files that the model card shows. */
export function PicturesPanel({ pictures }: { pictures: readonly KeptPicture[] }) {
  if (pictures.length === 0) return null;
  return (
    <Panel title="Pictures">
      <div className="gap-6 sm:columns-2 xl:columns-3">
        {pictures.map((picture) => (
          <PictureFigure key={picture.name} picture={picture} />
        ))}
      </div>
    </Panel>
  );
}

function PictureFigure({ picture }: { picture: KeptPicture }) {
  const text = useQuery(artifactQuery(useServices(), picture));
  const words = text.data === undefined ? undefined : readPicture(text.data);
  return (
    <figure className="mb-6 min-w-0 break-inside-avoid">
      <img
        src={artifactUrl(picture.sha256, picture.name, { inline: true })}
        alt={words?.title ?? picture.name}
        loading="lazy"
        className="w-full rounded-md border"
      />
      {words !== undefined && (
        <>
          <figcaption className="mt-1.5 text-sm text-muted">{words.finding}</figcaption>
          {words.table !== undefined && <Numbers title={words.title} table={words.table} />}
        </>
      )}
    </figure>
  );
}

function Numbers({ title, table }: { title: string; table: NonNullable<PictureWords["table"]> }) {
  const align = (index: number) => (table.columns[index]?.kind === "number" ? "text-right" : "text-left");
  return (
    <details className="mt-1 text-sm">
      <summary className="cursor-pointer text-muted">Numbers</summary>
      <div
        role="region"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        tabIndex={0}
        aria-label={`${title}: numbers`}
        className="thin-scroll overflow-x-auto"
      >
        <table className="w-full tabular-nums">
          <thead>
            <tr>
              {table.columns.map((column, index) => (
                <th
                  key={column.title}
                  scope="col"
                  className={classNames("px-1.5 py-1 font-normal text-faint", align(index))}
                >
                  {column.title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {table.rows.map((row, at) => (
              <tr key={`${at} ${row[0]}`} className="border-t">
                {row.map((cell, index) => (
                  <td
                    key={table.columns[index]?.title ?? index}
                    className={classNames("px-1.5 py-1", align(index))}
                  >
                    {cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {table.rest !== "" && <p className="text-faint">{table.rest}</p>}
    </details>
  );
}
