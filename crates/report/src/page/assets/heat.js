// Colours of cells: neutral at chance, blue towards the best there is, orange below chance.

/** How far a share is on the way from chance (0) to all right (1); below chance negative. */
function fromChance(row, value) {
  const scale = row.higher ? 1 - row.chance : row.chance;
  const gain = row.higher ? value - row.chance : row.chance - value;
  return gain < 0 ? gain / (row.higher ? row.chance || 1 : 1 - row.chance || 1) : gain / (scale || 1);
}

/** Without chance: from the worst of the row (0) to its best (1). */
function fromWorst(row, value) {
  const scale = row.unit === "perplexity" ? (x) => Math.log(Math.max(x, 1e-300)) : (x) => x;
  const values = row.cells.filter((cell) => cell && Number.isFinite(cell.v)).map((cell) => scale(cell.v));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (!(high > low)) return null;
  const at = (scale(value) - low) / (high - low);
  return row.higher ? at : 1 - at;
}

/** Class and strength (percent) of a cell's colour. */
export function heat(row, cell) {
  if (!cell || !Number.isFinite(cell.v) || row.higher === null) return { class: "" };
  const anchored = row.unit === "percent" && row.chance !== null && row.chance > 0 && row.chance < 1 && cell.v <= 1;
  if (!anchored) {
    const at = fromWorst(row, cell.v);
    return at === null ? { class: "" } : { class: "relative", "--heat": `${(100 * at).toFixed(1)}%` };
  }
  const at = Math.max(-1, Math.min(1, fromChance(row, cell.v)));
  return { class: at < 0 ? "below" : "above", "--heat": `${(100 * Math.abs(at)).toFixed(1)}%` };
}

/** What the colours mean. */
export const HEAT_LEGEND =
  "Colour: from chance (none) to all right (blue), below chance orange; where chance is not known, from the row’s worst to its best model (grey).";
