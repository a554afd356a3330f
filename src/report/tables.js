"use strict";
/* Tables: sorted by a click on a head, searched, taken away as CSV. */

const ROWS_AT_ONCE = 15;

/* A text that a spreadsheet would take for a formula is marked as text. Numbers are numbers. */
function csvCell(cell, isNumber) {
  let text = isNumber && cell.number !== null && cell.number !== undefined ? String(cell.number)
    : isNumber && cell.text === NOTHING ? "" : cell.text;
  if (!isNumber && /^[\s]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/.test(text)) text = "'" + text;
  return /[",\r\n;]/.test(text) || text !== text.trim() ? '"' + text.replace(/"/g, '""') + '"' : text;
}

function csvOf(columns, rows) {
  const lines = [columns.map(column => csvCell({ text: column.title }, false))];
  for (const row of rows) lines.push(row.map((cell, index) => csvCell(cell, columns[index].isNumber)));
  return "\ufeff" + lines.map(line => line.join(",")).join("\r\n") + "\r\n";
}

function download(name, text) {
  const link = element("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

function compareCells(a, b) {
  const x = a.sort, y = b.sort;
  if (x === null || y === null || x === undefined || y === undefined)
    return (x === null || x === undefined) - (y === null || y === undefined);
  return typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y));
}

function makeTable(section, columns, sortBy, isDescending) {
  const table = section.querySelector("table"), bar = element("div", "bar");
  const search = element("input"), count = element("span", "soft count"), csv = element("button", "", "CSV");
  const more = element("button", "more", "Show more");
  const it = { columns, rows: [], sortBy, isDescending, shown: ROWS_AT_ONCE };
  const title = section.querySelector("h2").textContent;
  search.type = "search";
  search.placeholder = "Search";
  search.setAttribute("aria-label", "Search " + title);
  csv.type = more.type = "button";
  csv.setAttribute("aria-label", "Download " + title + " as CSV");
  bar.append(search, count, csv);
  const head = section.querySelector("h2");
  const line = element("div", "title");
  head.replaceWith(line);
  line.append(head, bar);
  section.append(more);
  const note = section.querySelector(".more.soft");
  if (note) note.remove();

  const heads = [...table.tHead.rows[0].cells].map((cell, index) => {
    const button = element("button", "", cell.textContent);
    button.type = "button";
    button.addEventListener("click", () => {
      it.isDescending = it.sortBy === index ? !it.isDescending : columns[index].isNumber;
      it.sortBy = index;
      it.draw();
    });
    cell.replaceChildren(button);
    return cell;
  });

  const matching = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    return it.rows.filter(row => {
      const text = row.map(cell => cell.node ? cell.node.textContent : cell.text).join(" ").toLowerCase();
      return words.every(word => text.includes(word));
    });
  };
  it.sorted = () => {
    const rows = matching();
    if (it.sortBy !== null)
      rows.sort((a, b) => {
        const x = a[it.sortBy], y = b[it.sortBy];
        const isMissing = compareCells({ sort: x.sort === null ? null : 0 }, { sort: y.sort === null ? null : 0 });
        return isMissing || (it.isDescending ? -1 : 1) * compareCells(x, y);
      });
    return rows;
  };
  it.draw = () => {
    const rows = it.sorted(), body = element("tbody");
    rows.slice(0, it.shown).forEach(row => {
      const tr = element("tr");
      row.forEach((cell, index) => {
        const td = element(index ? "td" : "th", columns[index].isNumber ? "n" : columns[index].isDate ? "d" : "");
        if (!index) td.scope = "row";
        if (cell.node) td.append(cell.node);
        else td.textContent = cell.text;
        tr.append(td);
      });
      body.append(tr);
    });
    table.tBodies[0].replaceWith(body);
    heads.forEach((cell, index) => {
      if (index === it.sortBy) cell.setAttribute("aria-sort", it.isDescending ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
    });
    const all = `${whole.format(it.rows.length)} ${it.rows.length === 1 ? "row" : "rows"}`;
    count.textContent = rows.length === it.rows.length ? all : `${whole.format(rows.length)} of ${all}`;
    more.hidden = rows.length <= it.shown;
  };
  search.addEventListener("input", () => { it.shown = ROWS_AT_ONCE; it.draw(); });
  more.addEventListener("click", () => { it.shown *= 4; it.draw(); });
  csv.addEventListener("click", () => {
    const name = title.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") || "table";
    download(name + ".csv", csvOf(columns, it.sorted()));
  });
  it.showAll = isAll => { it.kept = isAll ? it.shown : it.kept; it.shown = isAll ? 60 : it.kept; it.draw(); };
  return it;
}

/* ---- tables that stand in the page as they are ---- */

function readPlain(section) {
  const table = section.querySelector("table");
  const columns = [...table.tHead.rows[0].cells].map(cell =>
    ({ title: cell.textContent, isNumber: cell.classList.contains("n") }));
  const it = makeTable(section, columns, null, false);
  it.rows = [...table.tBodies[0].rows].map(row => [...row.cells].map((cell, index) => {
    const text = cell.textContent, number = columns[index].isNumber ? Number(text.replace(/,/g, "")) : null;
    return { text, sort: columns[index].isNumber ? number : text, number, node: cell.firstElementChild };
  }));
  it.draw();
  return it;
}

/* ---- tables of measures ---- */

/* What a field says of a group, by the key that it begins with. */
function fieldCell(field, keyField, key) {
  const dataset = page.datasets.find(d => d.key !== null && d.columns[d.key].name === keyField &&
    findColumn(d, field) >= 0);
  const row = dataset ? dataset.rowOfKey[key] : -1;
  if (row < 0) return { text: NOTHING, sort: null };
  const index = findColumn(dataset, field), type = dataset.columns[index].type;
  const value = dataset.values[index][row];
  if (type === "text") {
    const text = namesOf(field)[value];
    return { text, sort: text };
  }
  if (type === "date") return value > 0 ? { text: isoOf(value), sort: value } : { text: NOTHING, sort: null };
  if (value === MISSING) return { text: NOTHING, sort: null, number: null };
  if (type === "rate") return { text: textOf(type, value / 1e6), sort: value, number: value / 1e6 };
  return { text: textOf(type, value), sort: value, number: type === "money" ? (value / 100).toFixed(2) : value };
}

function measureCell(measure, result, group) {
  const value = result.value(group);
  const number = value === null ? null : measure.type === "money" ? (value / 100).toFixed(2) : value;
  return { text: textOf(measure.type, value), sort: value, number };
}

/* By two fields, the pairs that there are rows of: of many customers and many products most never come. */
function byPairs(first, second) {
  const found = new Set(), places = new Map(), groups = new Map();
  const eachPair = (dataset, give) => {
    const a = first.of(dataset), b = second.of(dataset);
    return a && b && eachRow(dataset, row => a[row] < 0 || b[row] < 0 ? -1 : give(a[row] * second.count + b[row]));
  };
  for (const dataset of page.datasets) eachPair(dataset, pair => { found.add(pair); return 0; });
  const pairs = Float64Array.from(found).sort();
  pairs.forEach((pair, at) => places.set(pair, at));
  for (const dataset of page.datasets) groups.set(dataset, eachPair(dataset, pair => places.get(pair)));
  return {
    count: pairs.length,
    of: dataset => groups.get(dataset),
    keys: at => [Math.floor(pairs[at] / second.count), pairs[at] % second.count],
  };
}

function groupsOf(view) {
  const first = byField(view.by[0]);
  return view.by.length > 1 ? byPairs(first, byField(view.by[1])) : Object.assign(first, { keys: at => [at] });
}

function fillView(it, view, group) {
  const own = { from: filters.from, to: filters.to, names: filters.names };
  const results = view.columns.map(column =>
    typeof column === "number" ? measureBy(page.measures[column], own, group) : null);
  it.note.textContent = limitsOf(view.columns.filter(column => typeof column === "number")
    .map(column => page.measures[column])).join(" \u00b7 ");
  it.note.hidden = !it.note.textContent;
  it.rows = [];
  for (let at = 0; at < group.count; at++) {
    if (!results.some(result => result && result.seen[at])) continue;
    const keys = group.keys(at);
    const row = view.by.map((field, index) => {
      const text = namesOf(field)[keys[index]];
      return { text, sort: text };
    });
    view.columns.forEach((column, index) => row.push(results[index]
      ? measureCell(page.measures[column], results[index], at) : fieldCell(column, view.by[0], keys[0])));
    it.rows.push(row);
  }
  it.draw();
}

function makeTables() {
  const tables = [], fills = [];
  document.querySelectorAll("[data-table]").forEach(section => {
    const view = page.tables[Number(section.dataset.table)];
    const columns = view.by.map(field => ({ title: columnNamed(field).title, isNumber: false }))
      .concat(view.columns.map(column => typeof column === "number"
        ? { title: page.measures[column].title, isNumber: true }
        : {
          title: columnNamed(column).title, isDate: columnNamed(column).type === "date",
          isNumber: !["text", "date"].includes(columnNamed(column).type),
        }));
    const sortBy = view.by.length + view.columns.findIndex(column => typeof column === "number");
    const it = makeTable(section, columns, sortBy, true);
    it.note = element("p", "soft note");
    section.querySelector(".title").after(it.note);
    tables.push(it);
    const group = groupsOf(view);
    fills.push(() => fillView(it, view, group));
  });
  document.querySelectorAll("table[data-plain]").forEach(table =>
    tables.push(readPlain(table.closest("section"))));
  return { tables, fill: () => fills.forEach(fill => fill()) };
}
