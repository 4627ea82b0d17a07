// The shared part of every panel: what is set goes into the address, the answer comes back as parts of the page.
const bench = document.getElementById("bench");
const form = document.getElementById("controls");
const parts = document.getElementById("parts");
const troubles = document.getElementById("troubles");
const REST = 250; // milliseconds after the last change until it becomes an entry of the history

export const controls = () => [...form.querySelectorAll("[data-name]")];

export function valueOf(control) {
  if (control.type === "checkbox") return control.checked ? "1" : "0";
  if (control.dataset.stops) return control.dataset.stops.split(" ")[Number(control.value)];
  if (control.dataset.step) return String(Number((Math.round(control.value / control.dataset.step) * control.dataset.step).toPrecision(12)));
  return control.value;
}

function put(control, value) {
  if (control.type === "checkbox") control.checked = value === "1";
  else if (control.dataset.stops) control.value = String(control.dataset.stops.split(" ").indexOf(value));
  else control.value = value;
  show(control);
}

// The number beside a slider.
function show(control) {
  const text = valueOf(control);
  const twin = form.querySelector(`[data-twin="${CSS.escape(control.id)}"]`);
  if (twin && twin !== document.activeElement) twin.value = text;
  const output = form.querySelector(`output[for="${CSS.escape(control.id)}"]`);
  if (output) { output.textContent = text; control.setAttribute("aria-valuetext", text); }
}

const kept = () => new URLSearchParams(["panel", "alone"].flatMap((name) => {
  const value = new URLSearchParams(location.search).get(name);
  return value === null ? [] : [[name, value]];
}));

// What differs from the default: the address says no more than it needs.
export function query() {
  const found = kept();
  for (const control of controls()) {
    const value = valueOf(control);
    if (value !== control.dataset.default) found.set(control.dataset.name, value);
  }
  return found;
}

// One question at a time; while it is on its way only the newest of those that follow is remembered.
function asker(path, use) {
  let asking = false, next = null, cancel = null;
  async function ask(search) {
    if (asking) { next = search; if (path === "/finish") cancel.abort(); return; }
    asking = true;
    cancel = new AbortController();
    try {
      const answer = await fetch(`${path}?${search}`, { signal: cancel.signal });
      if (!answer.ok) throw new Error(await answer.text());
      use(await answer.json(), search);
    } catch (error) {
      if (error.name !== "AbortError") lost(error);
    }
    asking = false;
    if (next !== null) { const later = next; next = null; ask(later); }
  }
  return ask;
}

function lost(error) {
  const text = document.createElement("p");
  text.className = "trouble";
  text.textContent = `The server does not answer (${error.message.trim()}). The page keeps what it has; start gainstage lab again.`;
  troubles.replaceChildren(text);
}

const nodes = (html) => new DOMParser().parseFromString(html, "text/html").body;

function fill(place, html) {
  const fresh = nodes(html);
  const open = new Set([...place.querySelectorAll("details[open]")].map((each) => each.dataset.key));
  for (const each of fresh.querySelectorAll("details")) each.open = open.has(each.dataset.key);
  const inside = place.contains(document.activeElement) ? targets(place).indexOf(document.activeElement) : -1;
  const scrolled = [...place.querySelectorAll(".scroll")].map((each) => [each.scrollLeft, each.scrollTop]);
  reachable(fresh);
  place.replaceChildren(...fresh.childNodes);
  place.querySelectorAll(".scroll").forEach((each, n) => scrolled[n] && each.scrollTo(...scrolled[n]));
  if (inside >= 0) targets(place)[inside]?.focus({ preventScroll: true });
}

const targets = (place) => [...place.querySelectorAll("a, button, input, summary, .scroll, .picture")];
const reachable = (place) => { for (const each of place.querySelectorAll(".picture")) each.tabIndex = 0; };

function use(answer, search) {
  if (troubles.lastHtml !== answer.troubles) fill(troubles, answer.troubles);
  troubles.lastHtml = answer.troubles;
  reshape(answer.controls);
  // While a formula is being typed nothing can be computed: what was there stays, and says that it is old.
  const none = Object.keys(answer.parts).length === 0;
  parts.classList.toggle("old", none);
  if (!none) arrange(answer.parts);
  bench.setAttribute("aria-busy", String(answer.pending));
  if (answer.pending) finish(search);
}

function arrange(fresh) {
  let at = 0;
  const known = new Map([...parts.children].map((part) => [part.dataset.part, part]));
  for (const [key, html] of Object.entries(fresh)) {
    let place = known.get(key);
    if (!place) {
      place = document.createElement("div");
      place.dataset.part = key;
      if (key === "sentence") place.setAttribute("role", "status");
    }
    known.delete(key);
    if (place.lastHtml !== html) fill(place, html);
    place.lastHtml = html;
    // What stands in its place already is left alone: to move it would take the focus away.
    if (parts.children[at] !== place) parts.insertBefore(place, parts.children[at] || null);
    at += 1;
  }
  for (const gone of known.values()) gone.remove();
}

// Controls are only replaced when there are others: a slider that is being held must stay.
function reshape(html) {
  const fresh = nodes(html).firstElementChild;
  const old = form.querySelector(".controls");
  if (fresh.dataset.shape === old.dataset.shape) return;
  const focused = document.activeElement && document.activeElement.id;
  old.replaceWith(fresh);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

const current = (use) => (answer, search) => { if (search === String(query())) use(answer, search); };
const ask = asker("/answer", use);
const finish = asker("/finish", current(use));

let resting = 0;

export function changed() {
  const search = String(query());
  ask(search);
  clearTimeout(resting);
  resting = setTimeout(remember, REST);
}

function remember() {
  const address = `?${query()}`;
  if (address !== location.search) history.pushState(null, "", address);
}

function input(event) {
  const twin = event.target.dataset.twin;
  const control = twin ? document.getElementById(twin) : event.target;
  if (!control || !control.dataset.name) return;
  if (twin) {
    if (event.target.value === "" || !event.target.checkValidity()) return;
    control.value = event.target.value;
  }
  show(control);
  changed();
}

// Back and forward: the address says what is set, the server knows which controls that needs.
async function travelled() {
  clearTimeout(resting);
  const search = new URLSearchParams(location.search);
  try {
    const answer = await fetch(`/answer?${search}`).then((found) => found.json());
    reshape(answer.controls);
    for (const control of controls()) put(control, search.get(control.dataset.name) ?? control.dataset.default);
    use(answer, String(query()));
  } catch (error) {
    lost(error);
  }
}

if (bench) {
  form.addEventListener("input", input);
  form.addEventListener("submit", (event) => event.preventDefault());
  window.addEventListener("popstate", travelled);
  if (bench.dataset.pending) finish(String(query()));
}
