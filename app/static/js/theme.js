// Classic script in the head: sets the theme before the first paint. It follows the system unless the reader chose.
(function () {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const NAME = "offtake-theme";
  /** @returns {string | null} */
  function chosen() {
    try {
      return localStorage.getItem(NAME);
    } catch {
      return null; // storage is closed in some private windows; the system's choice then counts
    }
  }
  let own = chosen();
  function apply() {
    root.setAttribute("data-bs-theme", own || (system.matches ? "dark" : "light"));
  }
  root.classList.add("js");
  apply();
  system.addEventListener("change", apply);
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element) || !event.target.closest("[data-theme-toggle]")) return;
    own = root.getAttribute("data-bs-theme") === "dark" ? "light" : "dark";
    try {
      localStorage.setItem(NAME, own);
    } catch {
      // the choice then holds for this page alone
    }
    apply();
  });
})();
