// The map on the page of a stream or demand: itself, its reach, its partners by rank.
/* global L */
import { $, element, page } from "./lib.js";
import { baseMap, ranked, sign } from "./map.js";

const { side, origin, partners, radius, area, t } = page();
const other = side === "stream" ? "demand" : "stream";
const map = await baseMap($("[data-map]"), { wheel: false });
const seen = L.latLngBounds([origin]);
if (area) seen.extend(L.polygon(area, { className: "map-area", interactive: false }).addTo(map).getBounds());
for (const [lat, lon, name, rank, address] of partners) {
  L.polyline([origin, [lat, lon]], { className: "map-link", interactive: false }).addTo(map);
  const link = element("a", "", t.open);
  link.setAttribute("href", address);
  L.marker([lat, lon], { title: name, alt: name, icon: ranked(other, rank), zIndexOffset: -rank })
    .bindPopup(element("div", "", element("b", "", name), element("br"), link)).addTo(map);
  seen.extend([lat, lon]);
}
if (radius) {
  const circle = L.circle(origin, { radius, className: "map-ring", interactive: false }).addTo(map);
  if (!partners.length) seen.extend(circle.getBounds());
}
L.marker(origin, { icon: sign(side), interactive: false, keyboard: false, zIndexOffset: 500 }).addTo(map);
map.fitBounds(seen.pad(0.2), { maxZoom: 9 });
document.body.dataset.ready = "1";
