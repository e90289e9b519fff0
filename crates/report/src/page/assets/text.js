// Documents as text: exactly what was sent, with what the eye cannot see made visible.

import { el } from "./dom.js";

// Control characters have pictures in Unicode; marks that turn or hide text are written as their code. Joiners stay where they
// belong: between the parts of an emoji, and in words.
const INVISIBLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2028\u2029\u2060-\u2069\ufeff]|(?<![\p{L}\p{M}\p{Extended_Pictographic}\ufe0f])[\u200c\u200d]/gu;
const SPACES = /\r\n|\n|\r|\t|(?<=^|[\n\r]) +| +(?=[\n\r]|$)| {2,}|\u00a0/g;
// Marks are elements of their own; beyond so many characters the text is shown without.
const MOST_MARKED = 200_000;

function picture(character) {
  const code = character.codePointAt(0);
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  return `[U+${code.toString(16).toUpperCase().padStart(4, "0")}]`;
}

/** Text in which nothing is invisible but spaces. */
export function plain(text) {
  return text.replace(INVISIBLE, picture);
}

function mark(space) {
  if (space.includes("\n") || space.includes("\r")) return ["\u21b5", space.replace(/\r\n?/g, "\n")];
  if (space === "\t") return ["\u2192", "\t"];
  return ["\u00b7".repeat(space.length), ""];
}

/** A text with its line ends and its outer and double spaces marked. */
export function marked(text) {
  if (text.length > MOST_MARKED) return [plain(text)];
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(SPACES)) {
    if (match.index > from) parts.push(plain(text.slice(from, match.index)));
    const [shown, kept] = mark(match[0]);
    parts.push(el("span", { class: "space", "aria-hidden": "true" }, shown), kept);
    from = match.index + match[0].length;
  }
  if (from < text.length) parts.push(plain(text.slice(from)));
  return parts;
}

/** A whole text, in a region of its own that scrolls. */
export function block(label, text, extra = {}) {
  const shown = text === "" ? [el("span", { class: "muted" }, "(empty)")] : marked(text);
  return el("pre", { class: "text", tabindex: "0", role: "region", "aria-label": label, dir: "auto", ...extra }, shown);
}

/** A short text within a line. */
export function inline(text) {
  return el("bdi", { class: "words" }, text === "" ? el("span", { class: "muted" }, "(empty)") : marked(text));
}

/** A text without the white space around it, as the report counts it (JavaScript's own trim takes more away). */
export function trimmed(text) {
  return text.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, "");
}
