// The base map: plain outlines and names of cities from our own files, or the tiles that the operator configured.
/* global L */
import { page } from "./lib.js";

/** The zoom from which a city of each rank is named. */
const NAMED_FROM = { 1: 4.5, 2: 6.5, 3: 8, 4: 9 };
/** @type {[[number, number], [number, number]]} */
export const CHINA = [[18, 73.5], [53.6, 135]];
const FARTHEST = [[-15, 40], [65, 170]];

/** @param {HTMLElement} node @param {{wheel?: boolean}} [options] */
export async function baseMap(node, { wheel = true } = {}) {
  const { map: folder, t } = page();
  const map = L.map(node, {
    zoomControl: false, minZoom: 3, maxZoom: 16, zoomSnap: 0.5, scrollWheelZoom: wheel,
    maxBounds: FARTHEST, maxBoundsViscosity: 0.8,
  });
  map.attributionControl.setPrefix(false);
  L.control.zoom({ position: "topright", zoomInTitle: t.zoomIn, zoomOutTitle: t.zoomOut }).addTo(map);
  L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
  map.fitBounds(CHINA);
  const tiles = node.dataset.tiles;
  if (tiles) {
    L.tileLayer(tiles, { attribution: node.dataset.tileAttribution }).addTo(map);
    return map;
  }
  map.attributionControl.addAttribution(`Natural Earth, GeoNames · ${t.schematic}`);
  const [land, home, places] = await Promise.all(
    ["neighbours", "china", "cities"].map(async (name) => (await fetch(`${folder}${name}.json`)).json()),
  );
  outlines(map, [land], "map-land");
  outlines(map, home.provinces, "map-home");
  nameCities(map, places.cities, folder);
  return map;
}

/** @param {any} map @param {{rings: [number, number][][]}[]} shapes @param {string} cls */
function outlines(map, shapes, cls) {
  for (const shape of shapes)
    L.polygon(shape.rings.map((ring) => [ring]), { className: cls, interactive: false, smoothFactor: 0.8 }).addTo(map);
}

/** Names only the cities in view that fit the zoom: three hundred labels at once would be a blot.
 * The seats of counties are fetched when somebody first comes near enough to want them.
 * @param {any} map @param {[string, string, number, number, 1 | 2 | 3 | 4][]} cities @param {string} folder */
function nameCities(map, cities, folder) {
  const chinese = document.documentElement.lang.startsWith("zh");
  map.createPane("cities").style.zIndex = "450";
  map.getPane("cities").style.pointerEvents = "none";
  const names = L.layerGroup().addTo(map);
  let near = false;
  const draw = async () => {
    if (!near && map.getZoom() >= NAMED_FROM[4]) {
      near = true;
      cities = cities.concat((await (await fetch(`${folder}counties.json`)).json()).cities);
    }
    const view = map.getBounds().pad(0.1);
    names.clearLayers();
    for (const [english, name, lat, lon, rank] of cities)
      if (map.getZoom() >= NAMED_FROM[rank] && view.contains([lat, lon]))
        L.tooltip({ permanent: true, direction: "center", className: "map-city", pane: "cities", interactive: false })
          .setLatLng([lat, lon]).setContent(element("span", chinese ? name : english)).addTo(names);
  };
  map.on("moveend", draw);
  draw();
}

/** @param {string} name @param {string} text */
function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

const SIGNS = {
  stream: '<svg width="16" height="16" viewBox="0 0 14 14" aria-hidden="true"><circle class="sym-s" cx="7" cy="7" r="6"/></svg>',
  demand: '<svg width="15" height="15" viewBox="0 0 14 14" aria-hidden="true"><rect class="sym-d" x="2" y="2" width="10" height="10"/></svg>',
};

/** A filled circle or an outlined square. @param {"stream" | "demand"} side */
export const sign = (side) => L.divIcon({ className: "mkr", html: SIGNS[side], iconSize: [24, 24] });

/** A partner with its rank in its own sign. @param {"stream" | "demand"} side @param {number} rank */
export function ranked(side, rank) {
  const shape = side === "stream" ? '<circle class="sym-s" cx="10" cy="10" r="9"/>' : '<rect class="sym-d" x="2" y="2" width="16" height="16"/>';
  return L.divIcon({
    className: "mkr", iconSize: [24, 24],
    html: `<svg class="clu ${side}" width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">${shape}<text x="10" y="10.5" font-size="11">${rank}</text></svg>`,
  });
}

/** A count inside a ring; the accent part of the ring is the share of streams.
 * @param {number} streams @param {number} demands @param {string} word */
export function cluster(streams, demands, word) {
  const count = streams + demands;
  const size = count < 10 ? 32 : count < 100 ? 40 : 50;
  const middle = size / 2;
  const radius = middle - 4;
  const round = 2 * Math.PI * radius;
  const arc = ((streams / count) * round).toFixed(1);
  const circle = `cx="${middle}" cy="${middle}"`;
  const icon = L.divIcon({
    className: "clu", iconSize: [size, size],
    html: [
      `<svg width="${size}" height="${size}" viewBox="0 0 ${size} ${size}" aria-hidden="true">`,
      `<circle class="bg" ${circle} r="${middle - 1}"/>`,
      `<circle class="d" ${circle} r="${radius}" stroke-width="3.5"/>`,
      `<circle class="s" ${circle} r="${radius}" stroke-width="3.5" stroke-dasharray="${arc} ${round.toFixed(1)}" transform="rotate(-90 ${middle} ${middle})"/>`,
      `<text x="${middle}" y="${middle + 0.5}" font-size="${count < 1000 ? 13 : 11.5}">${count}</text></svg>`,
    ].join(""),
  });
  const create = icon.createIcon.bind(icon);
  icon.createIcon = (/** @type {HTMLElement | undefined} */ old) => {
    const node = create(old);
    node.setAttribute("aria-label", `${count} ${word}`);
    return node;
  };
  return icon;
}
