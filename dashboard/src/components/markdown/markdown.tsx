import type { ReactNode } from "react";
import { assertNever } from "../../assert-never.ts";
import { classNames } from "../class-names.ts";
import type { Inline } from "./parse-inline.ts";
import { type Block, parseMarkdown } from "./parse-markdown.ts";

/** Finds the address of an image that a document names; undefined when it is not at hand. */
export type ImageAddress = (source: string) => string | undefined;

/**
 * Shows Markdown as elements, never as HTML of the document's own. Links go nowhere but to the web, images only to
 * where `imageAddress` finds them.
 */
export function Markdown({ text, imageAddress }: { text: string; imageAddress?: ImageAddress }) {
  return (
    <div className="flex max-w-[46rem] flex-col gap-3 leading-5.5">
      <Blocks blocks={parseMarkdown(text)} imageAddress={imageAddress ?? (() => undefined)} />
    </div>
  );
}

interface Places {
  imageAddress: ImageAddress;
}

function Blocks({ blocks, imageAddress }: Places & { blocks: readonly Block[] }) {
  // Blocks of a document have no identity but their place in it.
  return blocks.map((block, index) => (
    <div key={index} className="contents">
      {blockElement(block, { imageAddress })}
    </div>
  ));
}

const headingSizes = ["text-lg mt-1", "text-md mt-2", "text-base mt-1", "text-base", "text-sm", "text-sm"];

function blockElement(block: Block, places: Places): ReactNode {
  switch (block.kind) {
    case "heading": {
      // The page has its own first and second levels.
      const Level = (["h3", "h4", "h5", "h6", "h6", "h6"] as const)[block.level - 1] ?? "h6";
      return (
        <Level className={classNames("font-semibold", headingSizes[block.level - 1])}>
          <Inlines pieces={block.content} {...places} />
        </Level>
      );
    }
    case "paragraph":
      return (
        <p className="break-words">
          <Inlines pieces={block.content} {...places} />
        </p>
      );
    case "quote":
      return (
        <blockquote className="flex flex-col gap-2 border-l-2 pl-3 text-muted">
          <Blocks blocks={block.blocks} {...places} />
        </blockquote>
      );
    case "code":
      return (
        <pre
          tabIndex={0}
          className="thin-scroll ring-inside overflow-x-auto rounded-md border bg-sunken p-2.5 font-mono text-xs"
        >
          {block.text}
        </pre>
      );
    case "list": {
      const List = block.isOrdered ? "ol" : "ul";
      return (
        <List
          className={classNames("flex flex-col gap-1 pl-5", block.isOrdered ? "list-decimal" : "list-disc")}
        >
          {block.items.map((item, index) => (
            <li key={index} className="[&>p]:inline">
              <Blocks blocks={item} {...places} />
            </li>
          ))}
        </List>
      );
    }
    case "table":
      return <TableBlock block={block} {...places} />;
    case "rule":
      return <hr />;
    default:
      return assertNever(block, "Markdown");
  }
}

const alignments = { left: "text-left", right: "text-right", center: "text-center" } as const;

function TableBlock({ block, ...places }: Places & { block: Extract<Block, { kind: "table" }> }) {
  const cell = (index: number): string =>
    classNames("border px-2 py-1", alignments[block.align[index] ?? "left"]);
  return (
    <div className="thin-scroll overflow-x-auto" tabIndex={0} role="group" aria-label="Table">
      <table className="border-collapse">
        {/* Tables of names and values are written with an empty head. */}
        <thead className={block.head.every((cell) => cell.length === 0) ? "hidden" : "bg-sunken"}>
          <tr>
            {block.head.map((pieces, index) => (
              <th key={index} scope="col" className={classNames(cell(index), "font-semibold")}>
                <Inlines pieces={pieces} {...places} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {block.rows.map((row, at) => (
            <tr key={at}>
              {row.map((pieces, index) => (
                <td key={index} className={cell(index)}>
                  <Inlines pieces={pieces} {...places} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Inlines({ pieces, imageAddress }: Places & { pieces: readonly Inline[] }) {
  return pieces.map((piece, index) => (
    <span key={index} className="contents">
      {inlineElement(piece, { imageAddress })}
    </span>
  ));
}

function inlineElement(piece: Inline, places: Places): ReactNode {
  switch (piece.kind) {
    case "text":
      return piece.text;
    case "code":
      return (
        <code className="rounded-sm bg-sunken px-1 font-mono text-xs break-all text-ink">{piece.text}</code>
      );
    case "strong":
      return (
        <strong className="font-semibold">
          <Inlines pieces={piece.content} {...places} />
        </strong>
      );
    case "emphasis":
      return (
        <em>
          <Inlines pieces={piece.content} {...places} />
        </em>
      );
    case "link":
      if (!/^https?:\/\//.test(piece.href)) return <Inlines pieces={piece.content} {...places} />;
      return (
        <a href={piece.href} className="text-link" target="_blank" rel="noreferrer noopener">
          <Inlines pieces={piece.content} {...places} />
        </a>
      );
    case "image": {
      const address = places.imageAddress(piece.source);
      if (address === undefined) return <em className="text-faint">[{piece.alternative || piece.source}]</em>;
      return <img src={address} alt={piece.alternative} className="max-w-full rounded-md border bg-white" />;
    }
    default:
      return assertNever(piece, "Markdown");
  }
}
