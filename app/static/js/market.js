// The map of the market: it shows what the filter finds, beside the list that htmx fetches.
/* global L */
import { $, afterPause, element, page, shown } from "./lib.js";
import { baseMap, CHINA, cluster, sign } from "./map.js";

const { points, t } = page();
const language = document.documentElement.lang.startsWith("zh") ? 1 : 0;
const form = $("[data-filter]");
const node = $("[data-map]");
const SIDES = /** @type {const} */ (["stream", "demand"]);
/** @type {Map<string, any>} */
const markers = new Map();
let asked = new AbortController();

const map = await baseMap(node);
const group = L.markerClusterGroup({
  showCoverageOnHover: false, maxClusterRadius: 58, disableClusteringAtZoom: 11, chunkedLoading: true, animate: false,
  iconCreateFunction: (/** @type {any} */ found) => {
    const all = found.getAllChildMarkers();
    const streams = all.filter((/** @type {any} */ marker) => marker.options.side === "stream").length;
    return cluster(streams, all.length - streams, t.cluster);
  },
});
map.addLayer(group);

/** @param {number} price */
function priced(price) {
  const line = element("span", "ot-price");
  if (price < 0) line.append(element("span", "who", t.pays), " ");
  line.append(element("b", "", shown(Math.abs(price))), element("span", "unit", t.unit));
  return line;
}

/** @param {Record<string, any>} row @param {"stream" | "demand"} side @param {string} what */
function popup(row, side, what) {
  const link = element("a", "", t.open);
  link.setAttribute("href", `/${side}s/${row.id}`);
  const says = side === "stream" ? t.sells : t.wants;
  return element("div", "", element("b", "", what), element("div", "muted", `${says} · ${shown(row.year_t)} ${t.year}`), priced(row.price), element("br"), link);
}

/** @param {{columns: string[], rows: any[][], materials: Record<string, [string, string]>}} answer */
function draw(answer) {
  markers.clear();
  for (const line of answer.rows) {
    const row = Object.fromEntries(answer.columns.map((name, place) => [name, line[place]]));
    const side = SIDES[row.side];
    const names = answer.materials[row.material] ?? ["", ""];
    const what = names[language] || names[0];
    const marker = L.marker([row.lat, row.lon], { icon: sign(side), side, title: what, alt: what });
    marker.bindPopup(() => popup(row, side, what));
    markers.set(`${side}-${row.id}`, marker);
  }
  group.clearLayers();
  group.addLayers([...markers.values()]);
  const [lat, lon] = ["lat", "lon"].map((name) => answer.columns.indexOf(name));
  const places = L.latLngBounds(answer.rows.length ? answer.rows.map((line) => [line[lat], line[lon]]) : CHINA);
  map.fitBounds(places.pad(0.05), { maxZoom: 9 });
  document.body.dataset.ready = "1";
}

async function refresh() {
  asked.abort();
  const mine = new AbortController();
  asked = mine;
  const filled = [...new FormData(form)].filter(([, value]) => value !== "");
  const query = new URLSearchParams(filled.map(([name, value]) => [name, String(value)]));
  try {
    const answer = await fetch(`${points}?${query}`, { signal: mine.signal });
    if (answer.ok) draw(await answer.json());
    else if (answer.status !== 422) throw new Error(`points: ${answer.status}`); // the list says what is wrong with the filter
  } catch (error) {
    if (mine.signal.aborted) return; // a newer question has replaced this one
    node.after(element("p", "map-failed", t.failed));
    throw error;
  }
}

/** The marker of a row, or the ring it is in, stands out while the row is pointed at. @param {boolean} on */
const marked = (on) => (/** @type {Event} */ event) => {
  const row = event.target instanceof Element && event.target.closest("[data-id]");
  const marker = row && markers.get(/** @type {HTMLElement} */ (row).dataset.id ?? "");
  const visible = marker && group.getVisibleParent(marker);
  visible?.getElement?.()?.classList.toggle("mkr-on", on);
};
for (const [name, on] of /** @type {[string, boolean][]} */ ([["mouseover", true], ["focusin", true], ["mouseout", false], ["focusout", false]]))
  $("#rows").addEventListener(name, marked(on));

form.addEventListener("change", refresh);
form.addEventListener("submit", refresh);
$("#f-q").addEventListener("input", afterPause(refresh));
await refresh();
