// Takes what changed from the server and puts it in place; lets clocks run between two looks.
"use strict";

let ahead = Date.parse(document.body.dataset.at) - Date.now(); // the server's clock before ours, milliseconds
let heard = Date.now();
const SILENT = 25000; // the server says something every ten seconds

const now = () => Date.now() + ahead;
const since = (element, name) => (now() - Date.parse(element.dataset[name])) / 1000;
const two = (number) => String(number).padStart(2, "0");

function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600), minutes = Math.floor(whole / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

function ago(seconds) {
  if (seconds < 100) return `${Math.max(0, Math.round(seconds))} s ago`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min ago` : `${Math.round(seconds / 3600)} h ago`;
}

function put(id, html) {
  const panel = document.getElementById(id);
  const at = panel.scrollTop;
  panel.innerHTML = html; // the server has escaped it
  panel.scrollTop = at;
  say(id, panel);
  if (id === "steps") follow();
}

function say(id, panel) {
  const said = document.getElementById(`${id}-said`), words = panel.querySelector("[data-say]");
  if (!said || !words) return;
  const told = `${panel.querySelector("h2").textContent}: ${words.textContent.trim()}`;
  if (said.textContent !== told) said.textContent = told;
}

function follow() {
  const panel = document.getElementById("steps"), row = panel.querySelector("[data-current]");
  if (row) panel.scrollTop = row.offsetTop - panel.clientHeight / 2;
}

function look(event) {
  const told = JSON.parse(event.data);
  ahead = Date.parse(told.at) - Date.now();
  heard = Date.now();
  for (const [id, html] of Object.entries(told.html || {})) put(id, html);
  const cells = document.getElementById("grid").getElementsByTagName("i");
  for (const [number, tone, words] of told.cells || []) {
    cells[number].className = tone;
    cells[number].title = words;
  }
  tick();
}

function late(element, is) {
  element.classList.toggle("bad", is);
  element.classList.toggle("now", !is);
}

function tick() {
  for (const one of document.querySelectorAll("[data-clock]")) one.textContent = new Date(now()).toISOString().slice(11, 19);
  for (const one of document.querySelectorAll("[data-ago]")) one.textContent = ago(since(one, "ago"));
  for (const one of document.querySelectorAll("[data-since]")) one.textContent = clock(since(one, "since"));
  for (const one of document.querySelectorAll("[data-until]")) {
    const left = -since(one, "until");
    one.textContent = left > 0 ? clock(left) : "ended";
    one.classList.toggle("warning", left < 3600);
  }
  for (const one of document.querySelectorAll("[data-freeze]")) {
    const seconds = since(one, "freeze");
    one.firstChild.textContent = Math.max(0, seconds).toFixed(1);
    late(one, Boolean(one.dataset.budget) && seconds > Number(one.dataset.budget));
  }
  for (const one of document.querySelectorAll("[data-freeze-bar]")) {
    const seconds = since(one, "freezeBar");
    one.value = Math.min(one.max, Math.max(0, seconds));
    late(one, seconds > one.max);
  }
  document.getElementById("lost").hidden = Date.now() - heard < SILENT;
}

const events = new EventSource(document.body.dataset.events);
events.addEventListener("look", look);
events.addEventListener("error", () => { heard = Math.min(heard, Date.now() - SILENT); tick(); });
setInterval(tick, 200);
tick();
follow();
