// Small helpers of the page scripts.

/** What the server left for the script of this page. @returns {any} */
export const page = () => JSON.parse(document.getElementById("page")?.textContent ?? "{}");

/** @param {string} selector @param {ParentNode} [root] @returns {any} */
export const $ = (selector, root = document) => root.querySelector(selector);

/** @param {string} selector @param {ParentNode} [root] @returns {any[]} */
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

/** @param {number} value @param {number} [places] */
export const shown = (value, places = 0) =>
  value.toLocaleString("en-US", { minimumFractionDigits: places, maximumFractionDigits: places });

/** A number as people type it: 5,000 or 5000 or 5 000. @param {string} text */
export const typed = (text) => Number(text.replace(/[,，\s\u00a0\u202f]/g, "").replace("−", "-"));

/** An element with a class and children; text children are never read as HTML.
 * @param {string} name @param {string} [cls] @param {...(Node | string)} children */
export function element(name, cls = "", ...children) {
  const made = document.createElement(name);
  if (cls) made.className = cls;
  made.append(...children);
  return made;
}

/** Calls `act` once the calls have stopped for a while.
 * @param {() => void} act @param {number} [milliseconds] */
export function afterPause(act, milliseconds = 400) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, milliseconds);
  };
}
