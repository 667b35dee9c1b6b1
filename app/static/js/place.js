// The position of a site: pressed on the map, taken from a place that was found, or typed.
/* global L */
import { $, page, typed } from "./lib.js";
import { baseMap } from "./map.js";

const { t } = page();
const [latitude, longitude, system, precision] = ["lat", "lon", "coordinate_system", "precision"].map((name) => $(`#f-${name}`));
const map = await baseMap($("[data-place]"));
const here = L.circleMarker(map.getCenter(), { radius: 8, className: "map-pin" }).bindTooltip(t.here);

function show() {
  const place = [typed(latitude.value), typed(longitude.value)];
  if (latitude.value && longitude.value && place.every(Number.isFinite)) here.setLatLng(place).addTo(map);
  else here.remove();
}

/** @param {number} lat @param {number} lon @param {string} known */
function take(lat, lon, known) {
  latitude.value = lat.toFixed(5);
  longitude.value = lon.toFixed(5);
  system.value = "wgs84";
  precision.value = known;
  show();
}

map.on("click", (/** @type {any} */ event) => take(event.latlng.lat, event.latlng.lng, map.getZoom() >= 13 ? "exact" : "approximate"));
$("#place-found").addEventListener("click", (/** @type {Event} */ event) => {
  const button = event.target instanceof Element ? /** @type {HTMLElement | null} */ (event.target.closest("[data-lat]")) : null;
  if (!button) return;
  take(Number(button.dataset.lat), Number(button.dataset.lon), button.dataset.precision ?? "approximate");
  map.setView(here.getLatLng(), 10);
  $("#place-found").replaceChildren();
});
latitude.addEventListener("change", show);
longitude.addEventListener("change", show);
show();
if (map.hasLayer(here)) map.setView(here.getLatLng(), 10);
