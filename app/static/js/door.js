// Module of the pages at the door: what is typed into a secret field can be shown.

for (const holder of document.querySelectorAll("[data-secret]")) {
  const input = holder.querySelector("input");
  const button = holder.querySelector("button[data-show]");
  if (!(input instanceof HTMLInputElement) || !(button instanceof HTMLButtonElement)) continue;
  const shown = button.dataset.hideText || "";
  const hidden = button.textContent || "";
  button.addEventListener("click", () => {
    const open = input.type === "password";
    input.type = open ? "text" : "password";
    button.textContent = open ? shown : hidden;
    button.setAttribute("aria-pressed", String(open));
    input.focus();
  });
  // A browser must not learn a secret as if it were a text.
  input.form?.addEventListener("submit", () => {
    input.type = "password";
  });
}
