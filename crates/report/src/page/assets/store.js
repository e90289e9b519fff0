// The report's data, and its pieces: in the page while they are few, else in docs/<n>.js beside it.

export const report = JSON.parse(document.getElementById("data").textContent);

const embedded = JSON.parse(document.getElementById("pieces").textContent);
const waiting = new Map();
const loaded = new Map();

/** Called by each docs/<n>.js. */
window.yardstickPiece = (number, stamp, value) => {
  const promise = waiting.get(number);
  if (!promise) return;
  if (stamp === report.stamp) promise.resolve(value);
  else promise.reject(new Error("The report was written again since this page was opened: reload it."));
};

function load(number) {
  return new Promise((resolve, reject) => {
    waiting.set(number, { resolve, reject });
    const script = document.createElement("script");
    script.src = `docs/${number}.js`;
    script.onload = () => script.remove();
    script.onerror = () => reject(new Error(`docs/${number}.js is missing: keep the folder docs beside this page.`));
    document.head.append(script);
  });
}

/** A piece by its number. */
export function piece(number) {
  if (embedded) return Promise.resolve(embedded[number]);
  if (!loaded.has(number)) {
    const promise = load(number);
    promise.catch(() => loaded.delete(number));
    loaded.set(number, promise);
  }
  return loaded.get(number);
}

/** The list of a task's documents. */
export async function listOf(task) {
  const list = await piece(task.list);
  list.id = list.ids ? (at) => list.ids[at] : (at) => at;
  list.at = list.ids ? (id) => list.ids.indexOf(id) : (id) => (id < task.n ? id : -1);
  return list;
}

/** A document by its place in the list. */
export async function documentAt(list, at) {
  let low = 0;
  let high = list.starts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (list.starts[middle] <= at) low = middle;
    else high = middle - 1;
  }
  const documents = await piece(list.first + low);
  return documents[at - list.starts[low]];
}

/** How a document begins, by its place in the list. */
export async function headAt(list, at) {
  const heads = await piece(list.heads + Math.floor(at / list.per_heads));
  return heads[at % list.per_heads];
}

/** A link to a view: href({task: "piqa", doc: 3}) is "#task=piqa&doc=3". */
export function href(view) {
  const parts = Object.entries(view).map(([key, value]) => `${key}=${encodeURIComponent(value)}`);
  return `#${parts.join("&")}`;
}

/** The link to the comparison of two models. */
export function compareHref(base, candidate) {
  return href({ compare: `${report.models[base].label}..${report.models[candidate].label}` });
}
