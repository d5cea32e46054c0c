import { MlError } from "../score/ml-error.ts";
import { CsvTokenizer } from "./csv-tokenizer.ts";

/** Delimiters that are tried, in the order in which ties are settled. */
const DELIMITERS = [",", ";", "\t", "|"] as const;
const SAMPLE_RECORDS = 200;

/** The beginning of a text in UTF-8, or all of it. */
export interface CsvHead {
  readonly bytes: Uint8Array;
  readonly isWhole: boolean;
}

/** The first records of a text as strings; at most `limit`, and without one that the head cuts off. */
export function firstRecords(head: CsvHead, delimiter: string, limit: number): string[][] {
  const records: string[][] = [];
  const decoder = new TextDecoder();
  const tokenizer = new CsvTokenizer(delimiter, (record) => {
    if (record.isBlank || records.length >= limit) return;
    const fields: string[] = [];
    for (let field = 0; field < record.fieldCount; field++) {
      fields.push(decoder.decode(record.bytes.subarray(record.starts[field], record.ends[field])));
    }
    records.push(fields);
  });
  tokenizer.push(head.bytes);
  if (head.isWhole) tokenizer.end();
  return records;
}

/**
 * The delimiter of a CSV text from its head: the one that cuts the most records into the same number of fields,
 * more than one; on ties the larger number of fields, then the order comma, semicolon, tab, bar.
 * A text that none of them cuts has one column and counts as comma-separated.
 */
export function detectDelimiter(head: CsvHead): string {
  let best: { readonly delimiter: string; readonly agreeing: number; readonly fields: number } | null = null;
  for (const delimiter of DELIMITERS) {
    const records = recordsOrNone(head, delimiter);
    const fields = records[0]?.length ?? 0;
    if (fields < 2) continue;
    const agreeing = records.filter((record) => record.length === fields).length / records.length;
    const isBetter =
      best === null ||
      agreeing > best.agreeing + 0.02 ||
      (agreeing >= best.agreeing - 0.02 && fields > best.fields);
    if (isBetter) best = { delimiter, agreeing, fields };
  }
  return best?.delimiter ?? ",";
}

/** A wrong guess may put quotes where they are not allowed; such a delimiter is out. */
function recordsOrNone(head: CsvHead, delimiter: string): string[][] {
  try {
    return firstRecords(head, delimiter, SAMPLE_RECORDS);
  } catch (error) {
    if (error instanceof MlError) return [];
    throw error;
  }
}
