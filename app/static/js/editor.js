// What makes the editors quicker: rows are added, codes taken over, months filled. All of it works without, too.
import { $, $$, page, shown, typed } from "./lib.js";

/** Puts the next number into names, ids and labels: `limits-2-upper` becomes `limits-3-upper`.
 * @param {HTMLElement} row @param {string} table @param {number} number */
function renumber(row, table, number) {
  const old = new RegExp(`(^|f-|\\s)${table}-\\d+-`, "g");
  for (const node of $$("[id], [name], [for]", row))
    for (const name of ["id", "name", "for"])
      if (node.hasAttribute(name)) node.setAttribute(name, node.getAttribute(name).replace(old, `$1${table}-${number}-`));
}

/** A new empty row at the end. @param {string} table @returns {HTMLElement} */
function addRow(table) {
  const rows = $(`[data-rows="${table}"]`);
  const row = rows.lastElementChild.cloneNode(true);
  renumber(row, table, rows.children.length);
  for (const node of $$(".fd-error", row)) node.remove();
  for (const node of $$("input, select", row)) {
    node.removeAttribute("aria-invalid");
    node.removeAttribute("aria-describedby");
    if (node.type === "checkbox") node.checked = node.defaultChecked = false;
    else if (node.tagName === "SELECT") node.selectedIndex = 0;
    else node.value = "";
  }
  rows.append(row);
  return row;
}

/** A code that was found goes into its field; where several may stand, on a line of its own.
 * @param {HTMLElement} button */
function takeCode(button) {
  const list = /** @type {HTMLElement} */ (button.closest("[data-into]"));
  const field = $(`#${list.dataset.into}`);
  const code = button.dataset.take ?? "";
  if ("append" in list.dataset) {
    const lines = field.value.split("\n").map((/** @type {string} */ line) => line.trim()).filter(Boolean);
    field.value = [...new Set([...lines, code])].join("\n");
  } else field.value = code;
  list.replaceChildren();
  field.focus();
}

/** The values that are typical for the material, as rows to be corrected. */
function takeSuggestions() {
  const rows = $('[data-rows="values"]');
  for (const given of page().suggestions) {
    const free = [...rows.children].find((row) => !$("select", row).value) ?? addRow("values");
    for (const [column, value] of Object.entries(given)) {
      const field = $(`[name$="-${column}"]`, free);
      if (field && value !== null) field.value = String(value);
    }
  }
}

function totalOfMonths() {
  const output = $("[data-total]");
  if (!output) return;
  const sum = $$("[data-months] input").reduce((total, field) => total + (typed(field.value) || 0), 0);
  output.textContent = sum ? `${shown(sum)} ${output.dataset.unit}` : "";
}

function spreadMonth() {
  const fields = $$("[data-months] input");
  const first = fields.find((field) => field.value.trim());
  if (first) for (const field of fields) field.value = first.value;
  totalOfMonths();
}

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? /** @type {HTMLElement | null} */ (event.target.closest("button")) : null;
  if (!button) return;
  if (button.dataset.another) $("input, select", addRow(button.dataset.another)).focus();
  else if (button.dataset.take) takeCode(button);
  else if ("suggest" in button.dataset) takeSuggestions();
  else if ("spread" in button.dataset) spreadMonth();
});
document.addEventListener("input", totalOfMonths);
// A second press of a button sends nothing twice; back in the history it can be pressed again.
document.addEventListener("submit", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (form.method !== "post") return;
  setTimeout(() => { for (const button of $$("button:not([type=button])", form)) button.disabled = true; });
});
window.addEventListener("pageshow", () => { for (const button of $$("button[disabled]")) button.disabled = false; });
totalOfMonths();
$("[data-summary]")?.focus();
document.body.dataset.ready = "1";
