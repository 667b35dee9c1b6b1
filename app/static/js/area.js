// Draws the area of a demand: press for corners, drag to move, press a corner to remove it. GeoJSON goes into the field.
/* global L */
import { $, page } from "./lib.js";
import { baseMap } from "./map.js";

const { t } = page();
const node = $("[data-area]");
const field = $(`#${node.dataset.area}`);
const map = await baseMap(node, { wheel: false });
const shape = L.polygon([], { className: "map-area", interactive: false }).addTo(map);
const handles = L.layerGroup().addTo(map);
/** @type {[number, number][]} */
let corners = read();

/** The outer ring of the polygon in the field; what is no single polygon stays as it is. @returns {[number, number][]} */
function read() {
  if (!field.value.trim()) return [];
  try {
    const { type, coordinates } = JSON.parse(field.value);
    if (type !== "Polygon" || coordinates.length !== 1) return [];
    return coordinates[0].slice(0, -1).map(([lon, lat]) => [lat, lon]);
  } catch {
    return []; // half-typed text: the server says what is wrong with it
  }
}

function write() {
  const ring = corners.map(([lat, lon]) => [Number(lon.toFixed(5)), Number(lat.toFixed(5))]);
  field.value = ring.length < 3 ? "" : JSON.stringify({ type: "Polygon", coordinates: [[...ring, ring[0]]] });
  if (ring.length) $("#f-reach-area").checked = true;
}

function draw() {
  shape.setLatLngs(corners);
  handles.clearLayers();
  corners.forEach((corner, number) => {
    const handle = L.marker(corner, { draggable: true, title: `${t.corner} ${number + 1}`, icon: L.divIcon({ className: "map-corner", iconSize: [14, 14] }) });
    handle.on("drag", () => { const { lat, lng } = handle.getLatLng(); corners[number] = [lat, lng]; shape.setLatLngs(corners); });
    handle.on("dragend", write);
    handle.on("click", () => { corners.splice(number, 1); write(); draw(); });
    handle.addTo(handles);
  });
}

map.on("click", (/** @type {any} */ event) => { corners.push([event.latlng.lat, event.latlng.lng]); write(); draw(); });
$("[data-clear-area]").addEventListener("click", () => { corners = []; write(); draw(); });
field.addEventListener("change", () => { corners = read(); draw(); });
draw();
if (corners.length) map.fitBounds(shape.getBounds().pad(0.3));
