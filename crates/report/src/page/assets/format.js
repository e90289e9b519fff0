// Numbers as people read them. Estimates come with their words; these are for what the page itself computes.

const grouped = new Intl.NumberFormat("en-US");
const MINUS = "\u2212";

/** 12,345 */
export function count(n) {
  return grouped.format(n);
}

/** A number with decimals and a true minus. */
export function fixed(x, decimals) {
  if (x === null || x === undefined || !Number.isFinite(x)) return "\u2013";
  const text = Math.abs(x).toFixed(decimals);
  return x < 0 && Number(text) !== 0 ? MINUS + text : text;
}

/** The same with a plus before what is above 0. */
export function signed(x, decimals) {
  return x > 0 ? `+${fixed(x, decimals)}` : fixed(x, decimals);
}

/** A number's words with a true minus. */
export function typeset(text) {
  return text.replace(/(^|[^\w])-(?=[\d.∞])/g, `$1${MINUS}`);
}

/** The words of a difference: a plus before what is above 0. */
export function difference(x, text) {
  return (x > 0 ? "+" : "") + typeset(text);
}

/** A probability of a test. */
export function pValue(p) {
  if (p === null || p === undefined) return "\u2013";
  return p < 0.001 ? "< 0.001" : p.toFixed(3);
}

/** Seconds. */
export function duration(seconds) {
  if (seconds < 120) return `${seconds.toFixed(1)} s`;
  return seconds < 7200 ? `${(seconds / 60).toFixed(0)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** The suffix of a metric's heading. */
export function suffix(unit) {
  return unit === "percent" ? " %" : "";
}

/** acc ↑ % */
export function metricHeading(row) {
  const arrow = row.higher === null ? "" : row.higher ? " \u2191" : " \u2193";
  return `${row.metric}${arrow}${suffix(row.unit)}`;
}

/** What the arrow says, for those who cannot see it. */
export function direction(row) {
  if (row.higher === null) return "";
  return row.higher ? "higher is better" : "lower is better";
}
