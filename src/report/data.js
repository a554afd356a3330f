"use strict";
/* The data of the page: columns of integers, and sums over them under the filters that are set.
   Sums are whole numbers (counts, hundredths); rates are made of sums, never of rates. */

const page = JSON.parse(document.getElementById("data").textContent);

/* A number that a described thing does not have. */
const MISSING = -(2 ** 51);

/* See cube_code.c: digits to the base of 42, '~' repeats. */
function decodeColumn(column, rows) {
  const code = column.code, isNumber = column.type !== "text" && column.type !== "date";
  const values = isNumber ? new Float64Array(rows) : new Int32Array(rows);
  let at = 0;
  const number = () => {
    let value = 0, unit = 1;
    for (;;) {
      let digit = code.charCodeAt(at++) - 40;
      digit -= (digit > 52) + (digit > 20);
      if (digit < 42) return value + digit * unit;
      value += (digit - 42) * unit;
      unit *= 42;
    }
  };
  const divisor = number(), isSigned = number() === 1;
  let before = 0;
  for (let row = 0; row < rows;) {
    let value = number();
    if (isSigned) value = value % 2 ? -(value + 1) / 2 : value / 2;
    before = isNumber ? value * divisor : before + value;
    values[row++] = before;
    if (code.charCodeAt(at) !== 126) continue;
    at++;
    const end = row + number();
    values.fill(before, row, end);
    row = end;
  }
  column.code = null;
  return values;
}

for (const dataset of page.datasets) {
  dataset.values = dataset.columns.map(column => decodeColumn(column, dataset.rows));
  dataset.paths = new Map();
  if (dataset.key === null) continue;
  const key = dataset.values[dataset.key];
  dataset.rowOfKey = new Int32Array(page.names[dataset.columns[dataset.key].name].length).fill(-1);
  key.forEach((number, row) => { dataset.rowOfKey[number] = row; });
}

const findColumn = (dataset, name) => dataset.columns.findIndex(column => column.name === name);

/* An integer for each row; a loop is ten times as quick as Int32Array.from(). */
function eachRow(dataset, give) {
  const values = new Int32Array(dataset.rows);
  for (let row = 0; row < values.length; row++) values[row] = give(row);
  return values;
}

/* A field of each row, its own or by a key; -1 where it is not known; null when it cannot be. */
function valuesOf(dataset, field) {
  if (dataset.paths.has(field)) return dataset.paths.get(field);
  let values = null;
  const own = findColumn(dataset, field);
  if (own >= 0) {
    values = dataset.values[own];
  } else {
    for (const other of page.datasets) {
      if (other.key === null || other === dataset) continue;
      const key = findColumn(dataset, other.columns[other.key].name);
      const attribute = findColumn(other, field);
      if (key < 0 || attribute < 0) continue;
      const keys = dataset.values[key], attributes = other.values[attribute];
      values = eachRow(dataset, row =>
        other.rowOfKey[keys[row]] < 0 ? -1 : attributes[other.rowOfKey[keys[row]]]);
      break;
    }
  }
  dataset.paths.set(field, values);
  return values;
}

function columnNamed(field) {
  for (const dataset of page.datasets) {
    const index = findColumn(dataset, field);
    if (index >= 0 && dataset.columns[index].title !== field) return dataset.columns[index];
  }
  for (const dataset of page.datasets) {
    const index = findColumn(dataset, field);
    if (index >= 0) return dataset.columns[index];
  }
  return null;
}

/* What a key is called: its label where its dataset has one. */
const labels = new Map();
function namesOf(field) {
  if (labels.has(field)) return labels.get(field);
  let names = page.names[field].map(text => text === "" ? "(none)" : text);
  const dataset = page.datasets.find(d =>
    d.key !== null && d.label !== null && d.columns[d.key].name === field);
  if (dataset) {
    const texts = page.names[dataset.columns[dataset.label].name];
    const numbers = dataset.values[dataset.label];
    names = names.map((name, key) => {
      const row = dataset.rowOfKey[key];
      return row >= 0 ? texts[numbers[row]] || name : name;
    });
  }
  labels.set(field, names);
  return names;
}

/* ---- days: 1 is 1900-01-01, a Monday; 0 is none ---- */

const EPOCH = Date.UTC(1899, 11, 31);
const dateOf = day => new Date(EPOCH + day * 86400000);
const dayOf = text => Math.round((Date.parse(text.slice(0, 10) + "T00:00:00Z") - EPOCH) / 86400000);
const isoOf = day => dateOf(day).toISOString().slice(0, 10);
const monthStart = day => day - dateOf(day).getUTCDate() + 1;
const weekStart = day => day - (day - 1) % 7;
const startOf = { day: day => day, week: weekStart, month: monthStart };
const nextOf = {
  day: day => day + 1,
  week: day => day + 7,
  month: day => monthStart(day + 31),
};
const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/* What a sum is kept of: a day, as much of a week as is in one month, or a month; see cube_coarsen(). */
const monthEnd = day => nextOf.month(monthStart(day)) - 1;
const firstOf = { day: day => day, week: day => Math.max(weekStart(day), monthStart(day)), month: monthStart };
const lastOf = { day: day => day, week: day => Math.min(weekStart(day) + 6, monthEnd(day)), month: monthEnd };

/* The last day of which something is known: nothing that is dated ahead of the last pull. */
const AS_OF = page.asOf;

/* ---- filters ---- */

/* names: field -> number of the value that is wanted. */
const filters = { from: null, to: null, names: new Map() };

/* 1 for each row that the filters by name let through. `without` is not looked at. */
function rowsWanted(dataset, names, without) {
  const wanted = new Uint8Array(dataset.rows).fill(1);
  for (const [field, number] of names) {
    const values = field === without ? null : valuesOf(dataset, field);
    if (!values) continue;
    for (let row = 0; row < dataset.rows; row++) if (values[row] !== number) wanted[row] = 0;
  }
  return wanted;
}

/* What was worked out for the filters as they are. */
let known = new Map();
const forgetKnown = () => { known = new Map(); };
function once(key, make) {
  if (!known.has(key)) known.set(key, make());
  return known.get(key);
}
const wantedRows = (dataset, names, without) =>
  once(`rows ${dataset.name} ${[...names].join(";")} ${without || ""}`, () => rowsWanted(dataset, names, without));

/* Which filters that are set cannot act on the measures, or on some of their sums only. */
function limitsOf(measures) {
  const limits = [];
  for (const measure of measures) {
    const terms = measure.sum.concat(measure.over);
    for (const { field, title } of page.filters) {
      if (!filters.names.has(field)) continue;
      const told = terms.filter(([index]) => valuesOf(page.datasets[index], field) !== null).length;
      if (told < terms.length)
        limits.push(`${measure.title}: ${told ? "only partly" : "not"} filtered by ${title.toLowerCase()}`);
    }
    if ((filters.from !== null || filters.to !== null) && !measure.date)
      limits.push(`${measure.title}: not filtered by period`);
  }
  return limits;
}

/* ---- sums ---- */

/* A grouping is {count, of: dataset -> group of each row, or null}; less than 0 is no group. */
const byField = field => ({
  name: field,
  count: page.names[field].length,
  of: dataset => valuesOf(dataset, field),
});

function byBoth(first, second) {
  const name = first.name + " " + second.name;
  return {
    name,
    count: first.count * second.count,
    of: dataset => once(`groups ${dataset.name} ${name}`, () => {
      const a = first.of(dataset), b = second.of(dataset);
      return a && b && eachRow(dataset, row =>
        a[row] < 0 || b[row] < 0 ? -1 : a[row] * second.count + b[row]);
    }),
  };
}

/* Of the date of each row, what `group` makes of it; asked once for each day there is. */
const byDate = (kind, field, count, group) => ({
  name: `${kind} ${field}`,
  count,
  of: dataset => once(`groups ${dataset.name} ${kind} ${field}`, () => {
    const days = valuesOf(dataset, field), groups = new Map();
    return days && eachRow(dataset, row => {
      const day = days[row];
      if (!(day > 0)) return -1;
      let found = groups.get(day);
      if (found === undefined) groups.set(day, found = group(day));
      return found;
    });
  }),
});

function addTerm(out, seen, measure, [index, column, sign], view, group) {
  const dataset = page.datasets[index], values = dataset.values[column];
  const wanted = wantedRows(dataset, view.names, view.without);
  const where = measure.where && valuesOf(dataset, measure.where);
  const days = measure.date && (view.from !== null || view.to !== null) &&
    valuesOf(dataset, measure.date);
  const from = view.from === null ? -Infinity : view.from;
  const to = view.to === null ? Infinity : view.to;
  const groups = group && group.of(dataset);
  if (group && !groups) return;
  for (let row = 0, rows = dataset.rows; row < rows; row++) {
    if (!wanted[row]) continue;
    const at = groups ? groups[row] : 0;
    if (at < 0 || days && (days[row] < from || days[row] > to)) continue;
    seen[at] = 1;
    if ((!where || where[row] > 0) && values[row] !== MISSING) out[at] += sign * values[row];
  }
}

/* {sum, over, seen, value(group)}: value is null where there is nothing to divide by. */
function measureBy(measure, view, group) {
  const count = group ? group.count : 1;
  const result = {
    sum: new Float64Array(count), over: new Float64Array(count), seen: new Uint8Array(count),
  };
  for (const term of measure.sum) addTerm(result.sum, result.seen, measure, term, view, group);
  for (const term of measure.over) addTerm(result.over, result.seen, measure, term, view, group);
  result.value = measure.over.length
    ? at => result.over[at] === 0 ? null : result.sum[at] / result.over[at] / measure.unit
    : at => result.sum[at] / measure.unit;
  return result;
}

/* ---- numbers as text ---- */

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const exact = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const short = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });
const percent = new Intl.NumberFormat("en-US", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const NOTHING = "\u2013";

/* To 1 / unit, halves away from zero as in measure.c: 115 of 400 is no double, and a half all the same. */
function rounded(value, unit) {
  const size = Math.abs(value) * unit;
  return Math.sign(value) * Math.round(size + size * 2 * Number.EPSILON) / unit || 0; /* never -0 */
}

function textOf(type, value) {
  if (value === null) return NOTHING;
  if (type === "money") return exact.format(value / 100);
  if (type === "rate") return percent.format(rounded(value, 1000) * 100) + "\u00a0%";
  return type === "average" ? exact.format(rounded(value, 100)) : whole.format(rounded(value, 1));
}
function shortOf(type, value) {
  if (value === null) return NOTHING;
  if (type === "money") return Math.abs(value) >= 100000 ? short.format(value / 100)
    : (value % 100 ? exact : whole).format(value / 100);
  if (type === "rate") return percent.format(rounded(value, 1000) * 100).replace(/\.0$/, "") + "\u00a0%";
  if (type === "average") return textOf(type, value);
  return Math.abs(value) < 10000 ? textOf(type, value) : short.format(value);
}
const shortDate = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
const longDate = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const monthName = new Intl.DateTimeFormat("en-GB", { month: "short", year: "numeric", timeZone: "UTC" });

/* The dimension that is never added up across: what money is shown in when nothing is chosen. */
let mainGroup = null;
const groupShown = () => page.split === null ? null
  : filters.names.has(page.split) ? filters.names.get(page.split) : mainGroup;

/* The filters, and for money the one group that it is shown in. */
function viewFor(measures) {
  const names = new Map(filters.names);
  if (page.split !== null && measures.some(measure => measure.type === "money") &&
      groupShown() !== null)
    names.set(page.split, groupShown());
  return { from: filters.from, to: filters.to, names };
}

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}
