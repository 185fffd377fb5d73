/** Limits of the text in reports of errors and findings, so that a wrong value can't fill the terminal. */

/** Number of errors or findings that a report shows. */
export const mostShown = 50;

/** Longest path and longest word that a report shows, in characters. Both are longer than any in a valid file. */
export const longest = { path: 400, word: 200 } as const;

/** Shortens a text to a number of characters. */
export function shorten(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 3)}...` : text;
}

/** Shortens the words of a text that are longer than any valid one. */
export function shortWords(text: string): string {
  return text.replace(new RegExp(`\\S{${longest.word},}`, "g"), (word) => shorten(word, longest.word));
}
