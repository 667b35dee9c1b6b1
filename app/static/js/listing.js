// The map on the page of a stream or demand: itself, its reach, its partners by rank.
/* global L */
import { $, element, page } from "./lib.js";
import { baseMap, cluster, ranked, sign } from "./map.js";

const { side, origin, partners, misses, radius, area, t } = page();
const other = side === "stream" ? "demand" : "stream";
const map = await baseMap($("[data-map]"), { wheel: false });
const seen = L.latLngBounds([origin]);
if (area) seen.extend(L.polygon(area, { className: "map-area", interactive: false }).addTo(map).getBounds());
// Partners that lie close together share one sign, so that each can be pressed.
const signs = L.markerClusterGroup({
  showCoverageOnHover: false, maxClusterRadius: 44, animate: false,
  iconCreateFunction: (/** @type {any} */ found) => {
    const count = found.getChildCount();
    return other === "stream" ? cluster(count, 0, t.cluster) : cluster(0, count, t.cluster);
  },
}).addTo(map);

/** A sign that opens its listing. @param {[number, number]} place @param {string} name @param {string} address @param {object} options */
function put(place, name, address, options) {
  const link = element("a", "", t.open);
  link.setAttribute("href", address);
  L.marker(place, { title: name, alt: name, ...options })
    .bindPopup(element("div", "", element("b", "", name), element("br"), link)).addTo(signs);
  seen.extend(place);
}
for (const [lat, lon, name, rank, address] of partners) {
  L.polyline([origin, [lat, lon]], { className: "map-link", interactive: false }).addTo(map);
  put([lat, lon], name, address, { icon: ranked(other, rank), zIndexOffset: -rank });
}
for (const [lat, lon, name, address] of misses)
  put([lat, lon], name, address, { icon: sign(other), opacity: 0.5, zIndexOffset: -100 });
if (radius) {
  const circle = L.circle(origin, { radius, className: "map-ring", interactive: false }).addTo(map);
  if (!partners.length) seen.extend(circle.getBounds());
}
L.marker(origin, { icon: sign(side), interactive: false, keyboard: false, zIndexOffset: 500 }).addTo(map);
map.fitBounds(seen.pad(0.2), { maxZoom: 9 });
document.body.dataset.ready = "1";
