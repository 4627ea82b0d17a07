// A training as it goes on: the plane with its points, and what Gainstage says of the run.
import { query } from "./lab.js";

const [train, stop, progress, canvas, watched, says] = ["train", "stop", "progress", "plane", "watched", "plane-says"].map((id) => document.getElementById(id));
const POINT = 4; // pixels
let scene = null, frame = null;

async function send(path) {
  const answer = await fetch(path, { method: "POST" });
  if (!answer.ok) progress.textContent = await answer.text();
}

train.addEventListener("click", () => { progress.textContent = "Starting torch …"; scene = frame = null; watched.replaceChildren(); send(`/train?${query()}`); });
stop.addEventListener("click", () => send("/stop"));

const colour = (name) => getComputedStyle(document.body).getPropertyValue(name).trim();
const parts = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

// Two colours, one for each kind, and the paper where the network cannot tell.
function surface(grid, side) {
  const [first, second, paper] = ["--signal", "--gradient", "--paper"].map((name) => parts(colour(name)));
  const image = new ImageData(side, side);
  for (let cell = 0; cell < side * side; cell += 1) {
    const lean = grid.charCodeAt(cell) / 127.5 - 1;
    const kind = lean < 0 ? first : second;
    const share = 0.55 * Math.abs(lean);
    for (let part = 0; part < 3; part += 1) image.data[4 * cell + part] = paper[part] + share * (kind[part] - paper[part]);
    image.data[4 * cell + 3] = 255;
  }
  return image;
}

function draw() {
  if (!scene) return;
  const across = canvas.getContext("2d");
  const size = canvas.width;
  across.clearRect(0, 0, size, size);
  if (frame) {
    const small = new OffscreenCanvas(scene.side, scene.side);
    small.getContext("2d").putImageData(surface(atob(frame.grid), scene.side), 0, 0);
    across.imageSmoothingQuality = "high";
    across.drawImage(small, 0, 0, size, size);
  }
  const place = (value) => (size * (value / scene.reach + 1)) / 2;
  const kinds = [colour("--signal"), colour("--gradient")];
  across.strokeStyle = colour("--paper");
  scene.points.forEach(([x, y], n) => {
    const [left, top] = [place(x), place(-y)];
    across.beginPath();
    if (scene.labels[n]) across.rect(left - POINT, top - POINT, 2 * POINT, 2 * POINT);
    else across.arc(left, top, POINT + 0.5, 0, 2 * Math.PI);
    across.fillStyle = kinds[scene.labels[n]];
    across.fill();
    across.stroke();
  });
}

const percent = (share) => `${(100 * share).toFixed(share === 1 ? 0 : 1)} %`;

function tell(state) {
  const running = state.state === "running";
  stop.disabled = !running;
  train.textContent = running ? "Train anew" : "Train";
  const far = frame ? `step ${frame.step.toLocaleString("en")} · loss ${frame.loss === null ? "not a number" : frame.loss.toPrecision(3)} · ${percent(frame.accuracy)} of the points right` : "";
  const word = { running: far ? "" : "starting torch …", stopped: "stopped: ", finished: "done: ", failed: `failed: ${state.why || ""} ` }[state.state];
  progress.textContent = `${word}${far}`;
  if (frame) says.textContent = `The network is right at ${percent(frame.accuracy)} of the points. The colour behind the points is what it takes a point there to be.`;
}

function replace(sections) {
  let at = watched.firstElementChild; // where the next one belongs
  for (const [name, html] of Object.entries(sections)) {
    const fresh = new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
    const old = watched.querySelector(`[data-part="run1-${name}"]`);
    const open = new Set(old ? [...old.querySelectorAll("details[open]")].map((each) => each.dataset.key) : []);
    for (const each of fresh.querySelectorAll("details")) each.open = open.has(each.dataset.key);
    for (const each of fresh.querySelectorAll(".picture")) each.tabIndex = 0;
    if (old && old.contains(document.activeElement)) { at = old.nextElementSibling; continue; } // who reads is not disturbed
    if (old) old.replaceWith(fresh); else watched.insertBefore(fresh, at);
    at = fresh.nextElementSibling;
  }
}

let state = { state: "none" };
const source = new EventSource("/events");
source.addEventListener("scene", (event) => { scene = JSON.parse(JSON.parse(event.data)); draw(); });
source.addEventListener("frame", (event) => { frame = JSON.parse(JSON.parse(event.data)); draw(); tell(state); });
source.addEventListener("state", (event) => { state = JSON.parse(event.data); tell(state); });
source.addEventListener("watched", (event) => replace(JSON.parse(event.data)));
source.addEventListener("error", () => { progress.textContent = "The server does not answer; trying again."; });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
