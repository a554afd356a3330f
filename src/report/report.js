"use strict";
/* The page comes alive: filters, tiles, and everything drawn anew when one of them changes. */

const PERIODS = [
  ["all", "All time"], ["7", "Last 7 days"], ["30", "Last 30 days"], ["90", "Last 90 days"],
  ["365", "Last 12 months"], ["custom", "Custom"],
];
const state = { period: "all" };

/* ---- the state in the address, so that a view can be kept and shared ---- */

/* null for what is no date. */
function dayOrNull(text) {
  const day = /^\d{4}-\d\d-\d\d$/.test(text) ? dayOf(text) : NaN;
  return Number.isNaN(day) ? null : day;
}

function readHash() {
  const parts = new URLSearchParams(location.hash.slice(1));
  state.period = PERIODS.some(([name]) => name === parts.get("period")) ? parts.get("period") : "all";
  for (const end of ["from", "to"])
    state[end] = dayOrNull(parts.get(end)) === null ? "" : parts.get(end);
  filters.names.clear();
  for (const { field } of page.filters) {
    const number = parts.has(field) ? page.names[field].indexOf(parts.get(field)) : -1;
    if (number >= 0) filters.names.set(field, number);
  }
}

function writeHash() {
  const parts = new URLSearchParams();
  if (state.period !== "all") parts.set("period", state.period);
  if (state.period === "custom") {
    if (state.from) parts.set("from", state.from);
    if (state.to) parts.set("to", state.to);
  }
  for (const [field, number] of filters.names) parts.set(field, page.names[field][number]);
  const text = parts.toString();
  if (text !== location.hash.slice(1)) history.replaceState(null, "", text ? "#" + text : "#");
}

/* Where days would have made the page too large, a period has whole weeks, or parts of one in which a
   month ends, or whole months. */
const snapped = day => day === null ? null : firstOf[page.grain](day);
const snappedEnd = day => day === null ? null : lastOf[page.grain](day);

function setPeriod() {
  filters.from = filters.to = null;
  if (state.period === "custom") {
    let from = dayOrNull(state.from), to = dayOrNull(state.to);
    if (from !== null && to !== null && from > to) [from, to] = [to, from];
    filters.from = snapped(from);
    filters.to = snappedEnd(to);
  } else if (state.period !== "all") {
    filters.from = snapped(AS_OF - Number(state.period) + 1);
    filters.to = AS_OF;
  }
}

/* ---- tiles ---- */

const isAllTime = () => filters.from === null || filters.to === null;

/* Without a period the last thirty days, four weeks that are over, or month that is over. */
const lastPeriod = {
  day: () => ({ from: AS_OF - 29, to: AS_OF }),
  week: () => ({ from: weekStart(AS_OF + 1) - 28, to: weekStart(AS_OF + 1) - 1 }),
  month: () => ({ from: monthStart(monthStart(AS_OF + 1) - 1), to: monthStart(AS_OF + 1) - 1 }),
};

/* What is compared: the period with the one before it of the same length. Of weeks or months there may
   be none that comes near it. */
function comparison() {
  const isAll = isAllTime(), now = isAll ? lastPeriod[page.grain]() : { from: filters.from, to: filters.to };
  const length = now.to - now.from + 1, wanted = now.from - length;
  const starts = [snapped(wanted), snappedEnd(wanted) + 1].filter(start => start < now.from);
  const from = starts.sort((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted))[0];
  const before = { from, to: now.from - 1 }, isAlike = Math.abs(from - wanted) * 8 <= length;
  const days = window => `${isoOf(window.from)} to ${isoOf(window.to)}`;
  return {
    now, before, isAlike,
    text: page.grain !== "day"
      ? isAlike ? `${days(now)} against ${days(before)}` : `${days(now)}: in ${page.grain}s, nothing before it is as long`
      : isAll ? "Last 30 days against the 30 before"
      : `Against the ${length} ${length === 1 ? "day" : "days"} before`,
  };
}

function changeOf(measure, now, before) {
  if (now === null || before === null) return null;
  if (measure.type === "rate") {
    const points = (now - before) * 100;
    return { up: points, text: percent.format(Math.abs(points)) + " pts" };
  }
  if (measure.type === "average") return { up: now - before, text: exact.format(Math.abs(now - before)) };
  if (before === 0) return now === 0 ? { up: 0, text: "0 %" } : null;
  const part = (now - before) / Math.abs(before) * 100;
  return { up: part, text: (Math.abs(part) >= 1000 ? whole.format(Math.abs(part)) : percent.format(Math.abs(part))) + " %" };
}

function changeNode(measure, change, text) {
  const node = element("dd", "change");
  if (!change) {
    node.textContent = NOTHING;
    node.title = "No comparison: " + text;
    return node;
  }
  const isFlat = Math.abs(change.up) < (measure.type === "average" ? 0.005 : 0.05), isGood = change.up > 0 !== measure.lessIsBetter;
  node.classList.add(isFlat ? "flat" : isGood ? "good" : "bad");
  node.textContent = (isFlat ? "\u25b6 " : change.up > 0 ? "\u25b2 " : "\u25bc ") + change.text;
  node.title = text;
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

/* The period in up to fifteen parts; without one the last twelve weeks. Of weeks or months each is a
   part; without a period the last twelve that are over. */
function sparkParts() {
  const isAll = isAllTime();
  if (page.grain !== "day") {
    const to = isAll ? lastPeriod[page.grain]().to : filters.to;
    const { starts, find } = bucketsOf(page.grain, isAll ? to - (page.grain === "week" ? 77 : 340) : filters.from, to);
    return { count: starts.length, find };
  }
  const from = isAll ? AS_OF - 12 * 7 + 1 : filters.from, days = isAll ? 12 * 7 : filters.to - from + 1;
  const step = isAll ? 7 : Math.ceil(days / 15), count = Math.ceil(days / step);
  return { count, find: day => day < from + step * count ? Math.floor((day - from) / step) : -1 };
}

function sparkline(values) {
  const svg = document.createElementNS(SVG, "svg"), known = values.filter(value => value !== null);
  svg.setAttribute("viewBox", "0 0 100 28");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("class", "spark");
  svg.setAttribute("aria-hidden", "true");
  if (known.length < 2) return svg;
  const low = Math.min(...known, 0), high = Math.max(...known), span = high - low || 1;
  let path = "";
  values.forEach((value, index) => {
    if (value === null) return;
    const x = index / (values.length - 1) * 100, y = 26 - (value - low) / span * 24;
    path += (path ? "L" : "M") + x.toFixed(1) + " " + y.toFixed(1);
  });
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

const isCompared = measure => measure.date && AS_OF > 0;

function tileData(measure) {
  const names = new Map(filters.names), split = page.split;
  const group = split === null ? null : byField(split), spark = sparkParts(), compared = comparison();
  const at = window => measureBy(measure, Object.assign({ names }, window), group);
  const canCompare = isCompared(measure), parts = byDate("spark", measure.date, spark.count, spark.find);
  return {
    value: at({ from: filters.from, to: filters.to }),
    now: canCompare && at(compared.now), before: canCompare && at(compared.before), compared,
    parts: canCompare && measureBy(measure, { names, from: null, to: null }, group ? byBoth(group, parts) : parts),
    count: spark.count,
  };
}

function fillTile(tile, measure, data, group) {
  const value = data.value.value(group);
  const number = element("dd", "value", textOf(measure.type, value));
  number.classList.toggle("long", number.textContent.length > 11);
  const children = [tile.querySelector("dt"), number];
  if (data.now) {
    const change = data.compared.isAlike ? changeOf(measure, data.now.value(group), data.before.value(group)) : null;
    children.push(changeNode(measure, change, data.compared.text));
    const values = [];
    for (let index = 0; index < data.count; index++) values.push(data.parts.value(group * data.count + index));
    const drawn = element("dd", "trend");
    drawn.append(sparkline(values));
    children.push(drawn);
  }
  tile.replaceChildren(...children);
}

function fillTiles() {
  const wanted = page.split === null ? undefined : filters.names.get(page.split);
  const data = new Map(page.tiles.map(index => [index, tileData(page.measures[index])]));
  document.querySelectorAll(".set").forEach(set => {
    const group = Number(set.dataset.group);
    set.hidden = wanted !== undefined && wanted !== group;
    set.querySelectorAll(".tile").forEach(tile => {
      const index = Number(tile.dataset.measure);
      fillTile(tile, page.measures[index], data.get(index), group);
    });
  });
  const note = document.getElementById("compared");
  if (!note) return;
  const measures = page.tiles.map(index => page.measures[index]);
  note.textContent = [...measures.some(isCompared) ? [comparison().text] : [],
    ...page.grain === "day" ? [] : [`Sums are kept by ${page.grain}`], ...limitsOf(measures)].join(" \u00b7 ");
  note.hidden = !note.textContent || !document.querySelector(".set");
}

/* ---- filters ---- */

const MANY = 40;

/* Names that are not alike, each with its number; the empty one is all. */
function choicesOf(field) {
  const names = namesOf(field), seen = new Map();
  for (const name of names) seen.set(name, (seen.get(name) || 0) + 1);
  const used = new Set();
  for (const dataset of page.datasets) {
    const index = findColumn(dataset, field);
    if (index >= 0) for (const number of dataset.values[index]) used.add(number);
  }
  return [...used].filter(number => number >= 0)
    .map(number => [seen.get(names[number]) > 1 ? `${names[number]} (${page.names[field][number]})` : names[number], number])
    .sort((a, b) => a[0].localeCompare(b[0], "en", { numeric: true }));
}

function labelled(title, control) {
  const label = element("label", "filter");
  label.append(element("span", "", title), control);
  return label;
}

function listFilter(filter, choices) {
  const select = element("select");
  select.append(new Option("All", ""));
  for (const [name, number] of choices) select.append(new Option(name, String(number)));
  select.addEventListener("change", () => {
    if (select.value === "") filters.names.delete(filter.field);
    else filters.names.set(filter.field, Number(select.value));
    update();
  });
  const read = () => {
    select.value = filters.names.has(filter.field) ? String(filters.names.get(filter.field)) : "";
  };
  return { node: labelled(filter.title, select), control: select, read };
}

function searchFilter(filter, choices) {
  const input = element("input"), list = element("datalist"), numbers = new Map(choices);
  const names = new Map(choices.map(([name, number]) => [number, name]));
  list.id = "list-" + filter.field;
  for (const [name] of choices) {
    const option = element("option");
    option.value = name;
    list.append(option);
  }
  input.setAttribute("list", list.id);
  input.type = "search";
  input.placeholder = "All";
  input.addEventListener("change", () => {
    const typed = input.value.trim();
    const found = numbers.has(typed) ? typed
      : choices.map(([name]) => name).find(name => name.toLowerCase().includes(typed.toLowerCase()));
    if (typed === "" || found === undefined) filters.names.delete(filter.field);
    else filters.names.set(filter.field, numbers.get(found));
    update();
  });
  const node = labelled(filter.title, input);
  node.append(list);
  const read = () => {
    input.value = filters.names.has(filter.field) ? names.get(filters.names.get(filter.field)) : "";
  };
  return { node, control: input, read };
}

function periodFilter() {
  const select = element("select"), from = element("input"), to = element("input");
  for (const [value, title] of PERIODS) select.append(new Option(title, value));
  const dates = element("span", "dates");
  from.type = to.type = "date";
  from.setAttribute("aria-label", "From");
  to.setAttribute("aria-label", "To");
  dates.append(from, to);
  select.addEventListener("change", () => {
    state.period = select.value;
    if (state.period === "custom" && !state.from && AS_OF) {
      state.from = isoOf(AS_OF - 29);
      state.to = isoOf(AS_OF);
    }
    update();
  });
  for (const [input, end] of [[from, "from"], [to, "to"]])
    input.addEventListener("change", () => { state[end] = input.value; update(); });
  const node = element("div", "period");
  node.append(labelled("Period", select), dates);
  const read = () => {
    select.value = state.period;
    from.value = state.from;
    to.value = state.to;
    dates.hidden = state.period !== "custom";
  };
  return { node, control: select, read };
}

let controls = [];
const reset = element("button", "reset", "Clear");

function makeFilters() {
  const bar = document.getElementById("filters");
  bar.setAttribute("role", "search");
  bar.setAttribute("aria-label", "Filters");
  controls = [periodFilter()];
  controls[0].control.id = "filter-period";
  for (const filter of page.filters) {
    const choices = choicesOf(filter.field);
    if (choices.length < 2) continue;
    const made = choices.length > MANY ? searchFilter(filter, choices) : listFilter(filter, choices);
    made.control.id = "filter-" + filter.field;
    controls.push(made);
  }
  reset.type = "button";
  reset.addEventListener("click", () => {
    state.period = "all";
    filters.names.clear();
    update();
  });
  bar.append(...controls.map(control => control.node), reset);
}

/* ---- ages ---- */

function ageOf(time) {
  const seconds = (Date.now() - Date.parse(time)) / 1000;
  for (const [unit, size] of [["days", 86400], ["h", 3600], ["min", 60]])
    if (seconds >= (unit === "days" ? 172800 : size)) return `${Math.floor(seconds / size)} ${unit} ago`;
  return "just now";
}

const clockTime = new Intl.DateTimeFormat("en-GB",
  { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", timeZone: "UTC" });

function tellAges() {
  document.querySelectorAll("time").forEach(node => {
    const time = node.getAttribute("datetime");
    if (Number.isNaN(Date.parse(time))) return;
    node.textContent = clockTime.format(new Date(time)) + " UTC";
    node.title = ageOf(time);
  });
  document.querySelectorAll("[data-age]").forEach(node => { node.textContent = ageOf(node.dataset.age); });
  const age = page.loadedAt ? (Date.now() - Date.parse(page.loadedAt)) / 1000 : 0;
  const line = document.getElementById("as-of");
  if (page.loadedAt) line.append(element("span", "age", ` Pulled ${ageOf(page.loadedAt)}.`));
  const warnings = document.getElementById("warnings");
  if (page.staleAfter && age > page.staleAfter && !warnings.children.length)
    warnings.append(element("p", "warning", `This page is old: its data were pulled ${ageOf(page.loadedAt)}.`));
}

/* ---- all together ---- */

let fillTables = () => {};

function update() {
  setPeriod();
  forgetKnown();
  controls.forEach(control => control.read());
  reset.hidden = state.period === "all" && filters.names.size === 0;
  fillTiles();
  drawFigures();
  fillTables();
  writeHash();
}

function start() {
  const first = document.querySelector(".set");
  mainGroup = page.split !== null && first ? Number(first.dataset.group) : null;
  document.documentElement.classList.add("live");
  const tiles = document.getElementById("tiles");
  if (tiles) {
    const note = element("p", "soft");
    note.id = "compared";
    tiles.insertBefore(note, tiles.querySelector(".meaning"));
  }
  makeFilters();
  makeFigures();
  const made = makeTables();
  fillTables = made.fill;
  readHash();
  tellAges();
  update();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawFigures);
  addEventListener("hashchange", () => { readHash(); update(); });
  addEventListener("beforeprint", () => { document.documentElement.classList.add("paper"); drawFigures(); made.tables.forEach(table => table.showAll(true)); });
  addEventListener("afterprint", () => { document.documentElement.classList.remove("paper"); drawFigures(); made.tables.forEach(table => table.showAll(false)); });
  document.documentElement.dataset.ready = "1";
}

start();
