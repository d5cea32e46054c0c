import { type ReactNode, useState } from "react";
import { classNames } from "./class-names.ts";
import { Icon } from "./icon.tsx";
import { nextSorting, type SortValue, type Sorting, sortRows } from "./sort-rows.ts";

export interface Column<Row> {
  id: string;
  header: string;
  /** The header is only for screen readers. */
  isHeaderHidden?: boolean;
  cell: (row: Row) => ReactNode;
  /** Makes the column sortable. */
  sortBy?: (row: Row) => SortValue;
  align?: "right";
  /** Left out below this width of the window. */
  from?: "sm" | "md" | "lg" | "xl";
  className?: string | undefined;
  footer?: ReactNode | undefined;
}

const hiddenBelow = {
  sm: "max-sm:hidden",
  md: "max-md:hidden",
  lg: "max-lg:hidden",
  xl: "max-xl:hidden",
} as const;

/** A table with sortable headers. Rows hold their own links; the table itself needs no keyboard of its own. */
export function DataTable<Row>({
  label,
  columns,
  rows,
  rowKey,
  rowClass,
  empty,
}: {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  rowClass?: (row: Row) => string;
  empty?: ReactNode;
}) {
  const [sorting, setSorting] = useState<Sorting>();
  const sortBy = columns.find((column) => column.id === sorting?.column)?.sortBy;
  const shown =
    sorting === undefined || sortBy === undefined ? rows : sortRows(rows, sortBy, sorting.direction);
  if (rows.length === 0 && empty !== undefined) return empty;
  const cellClass = (column: Column<Row>): string =>
    classNames(
      column.align === "right" && "text-right",
      column.from !== undefined && hiddenBelow[column.from],
      column.className,
    );
  return (
    <div className="thin-scroll overflow-x-auto">
      <table aria-label={label} className="w-full border-collapse text-left">
        <thead>
          <tr className="border-b">
            {columns.map((column) => (
              <th
                key={column.id}
                scope="col"
                aria-sort={
                  column.sortBy === undefined
                    ? undefined
                    : sorting?.column === column.id
                      ? sorting.direction
                      : "none"
                }
                className={classNames(
                  "h-8 px-3 text-sm font-medium whitespace-nowrap text-faint first:pl-4 last:pr-4",
                  cellClass(column),
                )}
              >
                {column.sortBy === undefined ? (
                  <span className={column.isHeaderHidden === true ? "sr-only" : ""}>{column.header}</span>
                ) : (
                  <SortButton
                    header={column.header}
                    isRight={column.align === "right"}
                    direction={sorting?.column === column.id ? sorting.direction : undefined}
                    onPress={() => {
                      setSorting(nextSorting(sorting, column.id));
                    }}
                  />
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr
              key={rowKey(row)}
              className={classNames("border-b last:border-b-0 hover:bg-hover/60", rowClass?.(row))}
            >
              {columns.map((column) => (
                <td
                  key={column.id}
                  className={classNames("px-3 py-2 align-top first:pl-4 last:pr-4", cellClass(column))}
                >
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
        {columns.some((column) => column.footer !== undefined) && (
          <tfoot>
            <tr className="border-t-2 font-semibold">
              {columns.map((column) => (
                <td
                  key={column.id}
                  className={classNames("px-3 py-2 first:pl-4 last:pr-4", cellClass(column))}
                >
                  {column.footer}
                </td>
              ))}
            </tr>
          </tfoot>
        )}
      </table>
    </div>
  );
}

function SortButton({
  header,
  isRight,
  direction,
  onPress,
}: {
  header: string;
  isRight: boolean;
  direction: Sorting["direction"] | undefined;
  onPress: () => void;
}) {
  return (
    <button
      type="button"
      onClick={onPress}
      className={classNames(
        "ring-inside group -mx-1 inline-flex min-h-6 items-center gap-0.5 rounded-sm px-1 hover:text-ink",
        isRight && "flex-row-reverse",
      )}
    >
      {header}
      <Icon
        name={direction === "descending" ? "down" : "up"}
        className={classNames("size-3", direction === undefined && "opacity-0 group-hover:opacity-40")}
      />
    </button>
  );
}
