// Light, dark, or as the system has it.

import { el, fill } from "./dom.js";

const THEMES = ["auto", "light", "dark"];
const SYMBOLS = { auto: "\u25d0", light: "\u2600", dark: "\u263e" };

function stored() {
  try {
    return localStorage.getItem("yardstick-theme");
  } catch {
    return null; // a page from disk may have no storage
  }
}

function apply(theme) {
  document.documentElement.dataset.theme = theme;
  const button = document.getElementById("theme");
  fill(button, SYMBOLS[theme], el("span", { class: "word" }, ` ${theme}`));
  button.setAttribute("aria-label", `Theme: ${theme}; change`);
}

/** Makes the button work. */
export function startTheme() {
  let theme = THEMES.includes(stored()) ? stored() : "auto";
  apply(theme);
  document.getElementById("theme").addEventListener("click", () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
    apply(theme);
    try {
      localStorage.setItem("yardstick-theme", theme);
    } catch {
      // then it holds until the page is closed
    }
  });
}
