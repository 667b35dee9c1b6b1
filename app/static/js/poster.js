// The button that prints the poster.
import { $ } from "./lib.js";

$("[data-print]").addEventListener("click", () => window.print());
