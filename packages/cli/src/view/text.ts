import stringWidth from "string-width";

/** Where nobody says how wide a screen is. */
const USUAL_WIDTH = 80;

/** How many columns lines may have: the screen's, or any number into a pipe. */
export function screenWidth(): number {
  return process.stdout.isTTY === true ? process.stdout.columns || USUAL_WIDTH : Number.POSITIVE_INFINITY;
}

/** The places that a line takes on a screen, as the tables' own library counts them; colours take none. */
export function widthOf(line: string): number {
  return stringWidth(line);
}

/** A text of at most so many places: its middle is left out, because names differ in front and at the end. */
export function shortened(text: string, places: number): string {
  if (widthOf(text) <= places) return text;
  const letters = [...text];
  for (let kept = letters.length - 1; kept > 1; kept--) {
    const front = Math.floor(kept / 2);
    const short = `${letters.slice(0, front).join("")}…${letters.slice(front - kept).join("")}`;
    if (widthOf(short) <= places) return short;
  }
  return "…";
}
