// What the page can do beyond being read: point at a chart and read its numbers; follow a run that goes on.
"use strict";
(() => {
  const near = (items, x) => {
    let best = null;
    for (const item of items) {
      const distance = Math.abs(Number(item.dataset.x) - x);
      if (best === null || distance < best.distance) best = { item, distance };
    }
    return best && best.item;
  };
  const cells = (row) => [...row.children].map((cell) => cell.textContent);
  const told = (header, row) => row.map((value, n) => `${header[n]} ${value}`).join(" · ");

  // The numbers that a chart draws stand in its table: pointing at the chart reads that table, nothing is kept twice.
  function read(picture, x, y) {
    const figure = picture.closest("figure");
    const table = figure && figure.querySelector("table.numbers");
    if (!table) return;
    const field = picture.querySelector(".cells");
    const header = cells(table.tHead.rows[0]);
    let text, at;
    if (field) {
      const column = near(table.tHead.querySelectorAll("[data-x]"), x);
      const rows = table.tBodies[0].rows;
      const row = rows[Math.min(rows.length - 1, Math.max(0, Math.floor((y / Number(field.dataset.height)) * rows.length)))];
      at = column.dataset.x;
      text = `${row.cells[0].textContent} · step ${column.textContent} · ${row.cells[column.cellIndex].textContent}`;
    } else {
      const row = near(table.tBodies[0].querySelectorAll("[data-x]"), x);
      if (!row) return;
      at = row.dataset.x;
      text = told(header, cells(row));
    }
    picture.dataset.at = at;
    document.getElementById(picture.dataset.readout).textContent = text;
    cross(field ? field.firstElementChild : picture.querySelector("svg"), at);
  }

  function cross(drawing, at) {
    let line = drawing.querySelector(":scope > line.cross");
    if (!line) {
      line = document.createElementNS("http://www.w3.org/2000/svg", "line");
      line.setAttribute("class", "cross");
      line.setAttribute("y1", "16");
      line.setAttribute("y2", String(drawing.getAttribute("height") - 30));
      drawing.append(line);
    }
    line.setAttribute("x1", `${at}%`);
    line.setAttribute("x2", `${at}%`);
  }

  function point(event) {
    const picture = event.target instanceof Element && event.target.closest(".picture");
    if (!picture) return;
    const box = (picture.querySelector(".cells") || picture.querySelector("svg")).getBoundingClientRect();
    picture.dataset.y = String(event.clientY - box.top);
    read(picture, (100 * (event.clientX - box.left)) / box.width, event.clientY - box.top);
  }

  // Left and right go from number to number; up and down from row to row of a map.
  function step(event) {
    const picture = event.target instanceof Element && event.target.closest(".picture");
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!picture || !by) return;
    const field = picture.querySelector(".cells");
    if (by[1] && !field) return;
    const table = picture.closest("figure").querySelector("table.numbers");
    const places = [...table.querySelectorAll("[data-x]")].map((item) => Number(item.dataset.x));
    const now = picture.dataset.at === undefined ? -1 : places.indexOf(Number(picture.dataset.at));
    const next = Math.min(places.length - 1, Math.max(0, by[0] ? now + by[0] : now));
    const height = field ? Number(field.dataset.height) / Number(field.dataset.rows) : 0;
    const last = field ? Number(field.dataset.height) - height / 2 : 0;
    const y = Math.min(last, Math.max(height / 2, Number(picture.dataset.y || height / 2) + by[1] * height));
    picture.dataset.y = String(y);
    read(picture, places[next], y);
    event.preventDefault();
  }

  function reachable(root) {
    for (const picture of root.querySelectorAll(".picture")) picture.tabIndex = 0;
  }

  reachable(document);
  document.addEventListener("pointermove", point);
  document.addEventListener("pointerdown", point);
  document.addEventListener("keydown", step);

  // A live page: parts that have changed arrive as HTML, in which scripts do not run, and replace those of the same key.
  const pulse = document.getElementById("pulse");

  function replace(key, html) {
    const fresh = new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
    const old = document.querySelector(`[data-part="${CSS.escape(key)}"]`);
    const open = new Set([...old.querySelectorAll("details[open]")].map((details) => details.dataset.key));
    for (const details of fresh.querySelectorAll("details")) details.open = open.has(details.dataset.key);
    const scrolled = [...old.querySelectorAll(".scroll")].map((part) => [part.scrollLeft, part.scrollTop]);
    const focused = old.contains(document.activeElement) ? position(old, document.activeElement) : -1;
    const marked = [...old.querySelectorAll(".picture[data-at]")].map((picture) => [picture.dataset.readout, { ...picture.dataset }]);
    reachable(fresh);
    old.replaceWith(fresh);
    fresh.querySelectorAll(".scroll").forEach((part, n) => scrolled[n] && part.scrollTo(...scrolled[n]));
    if (focused >= 0) targets(fresh)[focused]?.focus({ preventScroll: true });
    for (const [name, data] of marked) {
      const picture = fresh.querySelector(`.picture[data-readout="${CSS.escape(name)}"]`);
      if (picture) { picture.dataset.y = data.y || "0"; read(picture, Number(data.at), Number(data.y)); }
    }
  }

  const targets = (root) => [...root.querySelectorAll("a, summary, pre, .scroll, .picture")];
  const position = (root, element) => targets(root).indexOf(element);

  function follow(address) {
    const source = new EventSource(address);
    const say = (text, lost) => { pulse.textContent = text; pulse.classList.toggle("lost", lost); };
    source.addEventListener("parts", (event) => {
      const parts = JSON.parse(event.data);
      const known = [...document.querySelectorAll("[data-part]")].map((part) => part.dataset.part);
      if (Object.keys(parts).some((key) => !known.includes(key))) { location.reload(); return; }
      for (const [key, html] of Object.entries(parts)) replace(key, html);
    });
    source.addEventListener("pulse", (event) => say(JSON.parse(event.data), false));
    source.addEventListener("error", () => {
      if (source.readyState !== EventSource.CLOSED) { say("The server does not answer; the page keeps what it has and tries again.", true); return; }
      source.close();
      say("The server refused the page, or was started with another token: open the address that it printed. Trying again.", true);
      setTimeout(() => follow(address), 3000);
    });
  }

  if (document.body.dataset.events) follow(document.body.dataset.events);
})();
