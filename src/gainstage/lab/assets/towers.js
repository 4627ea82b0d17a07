// Drawing a function: the pointer moves the points of the sketch, the table does the same by keyboard.
import { changed } from "./lab.js";

const field = () => document.getElementById("c-points");
const form = document.getElementById("controls");
let last = null; // the point under the pointer while it draws

function put(values) {
  field().value = values.map((value) => value.toFixed(2)).join(",");
  form.querySelectorAll("[data-point]").forEach((cell, n) => { if (cell !== document.activeElement) cell.value = values[n].toFixed(2); });
  changed();
}

// Which point of the sketch lies under the pointer, and how high.
function place(event) {
  const pad = document.querySelector(".pad");
  const box = pad.getBoundingClientRect();
  const { bottom, top, points, largest } = Object.fromEntries(Object.entries(pad.dataset).map(([name, text]) => [name, Number(text)]));
  const across = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
  const height = top + ((event.clientY - box.top) / box.height) * (bottom - top);
  return { point: Math.round(across * (points - 1)), value: Math.min(largest, Math.max(-largest, height)) };
}

// A quick hand skips points: those between are drawn on a straight line.
function draw(event) {
  const now = place(event);
  const before = last ?? now;
  const values = field().value.split(",").map(Number);
  const steps = Math.max(1, Math.abs(now.point - before.point));
  for (let step = 0; step <= steps; step += 1) {
    const share = step / steps;
    values[Math.round(before.point + share * (now.point - before.point))] = before.value + share * (now.value - before.value);
  }
  last = now;
  put(values);
}

document.addEventListener("pointerdown", (event) => {
  if (!(event.target instanceof Element) || !event.target.matches(".pad") || event.button !== 0) return;
  event.preventDefault();
  last = null;
  draw(event);
});
document.addEventListener("pointermove", (event) => { if (last) draw(event); });
for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => { last = null; });

form.addEventListener("input", (event) => {
  const cell = event.target.closest("[data-point]");
  if (!cell || cell.value === "" || !cell.checkValidity()) return;
  const values = field().value.split(",").map(Number);
  values[Number(cell.dataset.point)] = Number(cell.value);
  put(values);
});
