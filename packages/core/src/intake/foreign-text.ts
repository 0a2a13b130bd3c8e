import type { Problem } from "../problem.ts";

const SEPARATORS = [",", ";", "\t"] as const;
const S3_ERROR = /<Error>[\s\S]*<Code>/;
const HTML = /^<(?:!doctype html|html)\b/i;

/**
 * What a text without one record is, by how it begins.
 *
 * @param text the file's beginning, without spaces before it
 */
export function markupProblem(text: string): Problem | undefined {
  if (!text.startsWith("<")) return undefined;
  if (HTML.test(text))
    return {
      code: "HtmlPage",
      message:
        "The file is an HTML page, not JSONL: most often the page of an error or of a sign-in that was saved in the file's place. Fetch the file again and drop that.",
    };
  if (S3_ERROR.test(text))
    return {
      code: "S3Error",
      message:
        "The file is an error of S3 as XML, not JSONL: it was saved in the file's place, for instance because a link had expired. Fetch the file again and drop that.",
    };
  return { code: "Xml", message: "The file is XML, not JSONL. Write its records as JSONL, one JSON object a line." };
}

/** True if both lines are rows of a table: the same separator equally often, and a head without an empty name. */
export function looksLikeTable(first: string, second: string): boolean {
  return SEPARATORS.some((separator) => {
    const names = first.split(separator);
    return names.length > 1 && names.every((name) => name !== "") && second.split(separator).length === names.length;
  });
}

export const tableProblem: Problem = {
  code: "Csv",
  message:
    "The file is a table (CSV), not JSONL. Make a record of each row, with the request in the form of the route's model, for instance in Python: for row in csv.DictReader(f): print(json.dumps({'recordId': row['id'], 'modelInput': {…}})).",
};
