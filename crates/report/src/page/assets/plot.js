// Pictures of numbers with their intervals, drawn as SVG; each stands beside a table with the same numbers.

import { svg } from "./dom.js";
import { fixed } from "./format.js";

const RIGHT = 24;
const ROW = 22;
/** Characters of a name that are shown, and the width of one. */
const NAME = 34;
const CHARACTER = 6.9;
/** The share of the width that names may take. */
const NAMES = 0.42;

/** About `most` round values between low and high. */
export function ticks(low, high, most) {
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => (high - low) / s <= most) ?? 10 * power;
  const values = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k += 1) values.push(k * step);
  return { values, decimals: Math.max(0, Math.min(6, -Math.floor(Math.log10(step) + 1e-9))) };
}

function logTicks(low, high) {
  const values = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
    for (const m of [1, 2, 5]) values.push(m * 10 ** power);
  }
  const inside = values.filter((v) => v >= low * 0.999 && v <= high * 1.001);
  return inside.length > 7 ? inside.filter((v) => Math.abs(Math.log10(v) % 1) < 1e-9) : inside;
}

function scaleOf(low, high, log, left, width) {
  const at = log ? Math.log : (x) => x;
  const [a, b] = [at(low), at(high)];
  return (x) => left + ((at(Math.min(Math.max(x, low), high)) - a) / (b - a)) * (width - left - RIGHT);
}

/** The end of a name tells more than its beginning: names of a group begin alike. */
function clipped(text, width) {
  const most = Math.min(NAME, Math.floor((NAMES * width) / CHARACTER));
  return text.length > most ? `\u2026${text.slice(1 - most)}` : text;
}

function axis(scale, values, label, height) {
  return values.map((value) => [
    svg("line", { class: "grid", x1: scale(value), x2: scale(value), y1: 6, y2: height }),
    svg("text", { class: "tick", x: scale(value), y: height + 14, "text-anchor": "middle" }, label(value)),
  ]);
}

function whisker(scale, item, y) {
  if (item.low === null || item.high === null || item.low === undefined) return [];
  const [a, b] = [scale(item.low), scale(item.high)];
  return [
    svg("line", { class: "whisker", x1: a, x2: b, y1: y, y2: y }),
    svg("line", { class: "whisker", x1: a, x2: a, y1: y - 4, y2: y + 4 }),
    svg("line", { class: "whisker", x1: b, x2: b, y1: y - 4, y2: y + 4 }),
  ];
}

/**
 * Values with whiskers, one below the other. Items are {label, v, low, high, text, class}; papers {label, v, text}; `line`
 * is a value (chance, no difference) with its name.
 */
export function intervals({ label, items, papers = [], line = null, unit = "plain", zero = false, width: most = 640 }) {
  // A pixel is a pixel on a narrow screen too: what is scaled down cannot be read.
  const width = Math.max(280, Math.min(most, document.documentElement.clientWidth - 30));
  const known = items.filter((item) => Number.isFinite(item.v));
  const scaleBy = unit === "percent" ? 100 : 1;
  const all = [...known.flatMap((i) => [i.v, i.low ?? i.v, i.high ?? i.v]), ...papers.map((p) => p.v)];
  if (line) all.push(line.v);
  const log = unit === "perplexity";
  let [low, high] = [Math.min(...all), Math.max(...all)];
  const room = (high - low || Math.abs(high) || 1) * 0.06;
  if (log) [low, high] = [Math.max(1, low / 1.15), high * 1.15];
  else if (unit === "percent" && !zero) [low, high] = [0, Math.max(1, high)];
  else if (zero) [low, high] = [Math.min(low, 0) - room, Math.max(high, 0) + room];
  else [low, high] = [Math.min(low, 0), high + room];
  const rows = [...items, ...papers.map((paper) => ({ ...paper, paper: true }))];
  const left = 14 + CHARACTER * Math.max(6, ...rows.map((row) => clipped(row.label, width).length));
  const scale = scaleOf(low, high, log, left, width);
  const height = rows.length * ROW + 10;
  const { values, decimals } = log ? { values: logTicks(low, high), decimals: 0 } : ticks(low * scaleBy, high * scaleBy, width > 500 ? 8 : 4);
  const tickLabel = (value) => (log ? value.toLocaleString("en-US") : fixed(value, decimals));
  const marks = rows.map((item, at) => {
    const y = 6 + ROW * (at + 0.5);
    const name = svg("text", { class: item.paper ? "name paper" : "name", x: left - 10, y: y + 4, "text-anchor": "end" },
      clipped(item.label, width), svg("title", {}, item.label));
    if (!Number.isFinite(item.v)) return [name, svg("text", { class: "tick", x: left + 4, y: y + 4 }, "no result")];
    const x = scale(item.v);
    const dot = item.paper
      ? svg("path", { class: "diamond", d: `M${x} ${y - 5}L${x + 5} ${y}L${x} ${y + 5}L${x - 5} ${y}Z` })
      : svg("circle", { class: `dot ${item.class ?? ""}`, cx: x, cy: y, r: 4.5 });
    return [name, whisker(scale, item, y), svg("g", {}, dot, svg("title", {}, `${item.label}: ${item.text}`))];
  });
  const across = line && svg("line", { class: "chance", x1: scale(line.v), x2: scale(line.v), y1: 2, y2: height });
  return svg(
    "svg",
    { class: "plot", viewBox: `0 0 ${width} ${height + 22}`, role: "img", "aria-label": label },
    axis((value) => scale(value / scaleBy), values, tickLabel, height),
    across,
    marks,
  );
}
