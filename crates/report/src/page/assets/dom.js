// Elements from plain values. Text goes into text nodes only: nothing here reads markup.

function add(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
}

function set(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name.startsWith("--")) node.style.setProperty(name, value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  return node;
}

/** An element: el("p", {class: "x"}, "text", other). */
export function el(tag, attributes = {}, ...children) {
  return add(set(document.createElement(tag), attributes), children);
}

/** The same for pictures. */
export function svg(tag, attributes = {}, ...children) {
  return add(set(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes), children);
}

/** Puts other children in the place of a node's own. */
export function fill(node, ...children) {
  node.replaceChildren();
  return add(node, children);
}

/** A table that may be wider than the screen: its own region, which the keyboard can scroll. */
export function wide(label, table) {
  return el("div", { class: "wide", role: "region", "aria-label": label, tabindex: "0" }, table);
}

/** A term with its description, or nothing where there is none. */
export function fact(term, ...description) {
  const known = description.flat().filter((part) => part !== null && part !== undefined && part !== "");
  return known.length ? [el("dt", {}, term), el("dd", {}, known)] : [];
}

/** Words that only screen readers get. */
export function hidden(text) {
  return el("span", { class: "hidden" }, text);
}
