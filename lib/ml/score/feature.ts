import type { DateOrder } from "./column.ts";

/** What a model expects of one raw input. Categories are those seen in training, sorted by code point. */
export type Feature =
  | { readonly kind: "numeric"; readonly name: string }
  | { readonly kind: "boolean"; readonly name: string }
  | { readonly kind: "date"; readonly name: string; readonly order: DateOrder }
  | { readonly kind: "categorical"; readonly name: string; readonly categories: readonly string[] };
