"use strict";
/* Charts. Each one is a figure of the page with its canvas, its data as a table, and what it can be
   switched to. */

const style = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";
const figures = [];

Chart.defaults.animation = false;
Chart.defaults.font.family = FONT;
Chart.defaults.font.size = 12;
Chart.defaults.maintainAspectRatio = false;

/* Values at the ends of bars, and a line at a reference. */
const marks = {
  id: "marks",
  afterDatasetsDraw(chart) {
    const { ctx, chartArea: area, options } = chart, texts = options.plugins.marks.texts;
    ctx.save();
    ctx.font = "12px " + FONT;
    ctx.textBaseline = "middle";
    ctx.fillStyle = style("--ink");
    if (texts)
      chart.data.datasets.forEach((dataset, index) => {
        chart.getDatasetMeta(index).data.forEach((bar, at) => {
          const text = texts[index][at];
          if (!text) return;
          const width = ctx.measureText(text).width;
          const left = Math.max(bar.x, bar.base) + 6;
          const fits = left + width <= area.right + 4;
          ctx.fillStyle = fits ? style("--ink") : style("--on-bar");
          ctx.fillText(text, fits ? left : Math.max(bar.x - width - 6, area.left + 2), bar.y);
        });
      });
    ctx.restore();
  },
  beforeDatasetsDraw(chart) {
    const { ctx, chartArea: area, options } = chart, reference = options.plugins.marks.reference;
    if (reference === null || reference === undefined) return;
    const x = chart.scales.x.getPixelForValue(reference);
    if (x < area.left || x > area.right + 1) return;
    ctx.save();
    ctx.strokeStyle = style("--soft");
    ctx.setLineDash([4, 4]);
    ctx.beginPath();
    ctx.moveTo(x, area.top);
    ctx.lineTo(x, area.bottom);
    ctx.stroke();
    ctx.restore();
  },
};
Chart.register(marks);

/* In the middle: an artist's evenings differ at the end. */
const END = 5;
const cut = (text, most) => text.length <= most ? text
  : text.slice(0, most - 1 - END).trimEnd() + "\u2026" + text.slice(-END).trimStart();

function axis(type, more) {
  return Object.assign({
    grid: { color: style("--grid"), borderColor: "transparent", drawTicks: false },
    ticks: {
      color: style("--soft"), padding: 6, maxTicksLimit: 6, precision: type === "integer" ? 0 : undefined,
      callback: value => shortOf(type, value),
    },
  }, more);
}

function options(more) {
  const base = {
    layout: { padding: { right: 4 } },
    interaction: { mode: "index", intersect: false },
    plugins: {
      legend: { display: false },
      marks: {},
      tooltip: {
        backgroundColor: style("--tip"), titleColor: style("--tip-ink"), bodyColor: style("--tip-ink"),
        padding: 10, cornerRadius: 6, displayColors: false,
      },
    },
  };
  more.plugins = Object.assign({}, base.plugins, more.plugins);
  more.plugins.tooltip = Object.assign({}, base.plugins.tooltip, more.plugins.tooltip);
  return Object.assign(base, more);
}

/* One button of each choice; the pressed one is `figure[choice]`. */
function addChoice(figure, choice, titles) {
  figure[choice] = 0;
  if (titles.length < 2) return;
  const group = element("div", "choice");
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", choice === "by" ? "Split by" : "Measure");
  titles.forEach((title, index) => {
    const button = element("button", "", title);
    button.type = "button";
    button.setAttribute("aria-pressed", String(index === 0));
    button.addEventListener("click", () => {
      figure[choice] = index;
      for (const other of group.children)
        other.setAttribute("aria-pressed", String(other === button));
      figure.draw();
    });
    group.append(button);
  });
  figure.caption.append(group);
}

function makeFigure(node, draw) {
  const figure = {
    node, chart: null, caption: node.querySelector("figcaption"),
    note: element("p", "soft note"), plot: element("div", "plot"), legend: element("div", "legend"),
  };
  figure.plot.append(element("canvas"));
  figure.caption.after(figure.note, figure.legend, figure.plot);
  figure.draw = () => draw(figure);
  figures.push(figure);
  return figure;
}

function say(figure, note, aria, height) {
  figure.note.textContent = note;
  figure.note.hidden = !note;
  figure.plot.style.height = height + "px";
  const canvas = figure.plot.firstChild;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", aria);
}

function addLegend(figure, items) {
  figure.legend.replaceChildren(...items.map(([color, text]) => {
    const item = element("span", "key");
    const mark = element("i");
    mark.style.background = color;
    item.append(mark, text);
    return item;
  }));
}

const nothing = () => filters.names.size || filters.from !== null || filters.to !== null
  ? "There is nothing to show for these filters." : "There is nothing to show yet.";

/* Nothing to draw is said, not drawn. */
function showEmpty(figure, text) {
  if (figure.chart) figure.chart.destroy();
  figure.chart = null;
  figure.legend.replaceChildren();
  say(figure, text, text, 0);
  figure.plot.hidden = true;
  showData(figure, [], []);
}

function show(figure, config) {
  figure.plot.hidden = false;
  if (figure.chart) figure.chart.destroy();
  figure.chart = new Chart(figure.plot.firstChild, config);
}

/* The data behind a chart, as a table. */
function showData(figure, heads, rows) {
  const details = figure.node.querySelector("details.data");
  if (!details) return;
  const table = element("table"), head = element("tr"), wide = element("div", "wide");
  heads.forEach((title, index) => {
    const cell = element("th", index ? "n" : "", title);
    cell.scope = "col";
    head.append(cell);
  });
  table.createTHead().append(head);
  const body = table.createTBody();
  for (const row of rows) {
    const line = element("tr");
    row.forEach((text, index) => line.append(element(index ? "td" : "th", index ? "n" : "", text)));
    line.firstChild.scope = "row";
    body.append(line);
  }
  wide.append(table);
  details.replaceChildren(details.querySelector("summary"), wide);
}

/* "in EUR"; and which filters cannot act on what is shown. */
function noteOf(measures, more) {
  const notes = more ? [more] : [];
  if (page.split !== null && measures.some(m => m.type === "money") && groupShown() !== null)
    notes.unshift("In " + namesOf(page.split)[groupShown()]);
  return notes.concat(limitsOf(measures)).join(" \u00b7 ");
}

/* ---- over time ---- */

const UNITS = ["day", "week", "month"];

/* As fine as a screen can show and the data are. */
function unitFor(from, to) {
  const span = to - from, fitting = span <= 120 ? 0 : span <= 800 ? 1 : 2;
  return UNITS[Math.max(fitting, UNITS.indexOf(page.grain))];
}

function daysWithin(measure, view) {
  let from = Infinity, to = -Infinity;
  for (const [index] of measure.sum) {
    const dataset = page.datasets[index], days = valuesOf(dataset, measure.date);
    const wanted = wantedRows(dataset, view.names);
    for (let row = 0; row < dataset.rows; row++) {
      if (!wanted[row] || days[row] <= 0) continue;
      if (days[row] < from) from = days[row];
      if (days[row] > to) to = days[row];
    }
  }
  if (from > to) return null;
  return { from: view.from === null ? from : view.from, to: view.to === null ? to : view.to };
}

function bucketsOf(unit, from, to) {
  const starts = [];
  for (let day = startOf[unit](from); day <= to; day = nextOf[unit](day)) starts.push(day);
  const index = new Map(starts.map((day, at) => [day, at]));
  const find = day => {
    const at = index.get(startOf[unit](day));
    return at === undefined ? -1 : at;
  };
  return { starts, find };
}

function bucketName(unit, day, isLong) {
  if (unit === "month") return monthName.format(dateOf(day));
  if (unit === "week") return isLong ? "Week of " + longDate.format(dateOf(day)) : shortDate.format(dateOf(day));
  return isLong ? longDate.format(dateOf(day)) : shortDate.format(dateOf(day));
}

function drawTime(figure, chart) {
  const measure = page.measures[chart.measures[figure.measure]], view = viewFor([measure]);
  const range = measure.date && daysWithin(measure, view);
  if (!range) return showEmpty(figure, nothing());
  const unit = unitFor(range.from, range.to), buckets = bucketsOf(unit, range.from, range.to);
  const sums = measureBy(measure, view, byDate(`${unit} ${range.from}`, measure.date, buckets.starts.length, buckets.find));
  if (!sums.seen.some(Boolean)) return showEmpty(figure, nothing());
  const values = buckets.starts.map((_, at) => sums.value(at));
  let soFar = 0;
  const totals = values.map(value => soFar += value || 0);
  const type = measure.type;
  const isCumulated = chart.cumulated && !measure.over.length;
  const datasets = [{
    type: "bar", data: values, backgroundColor: style("--c1"), yAxisID: "y", order: 2,
    barPercentage: 0.9, categoryPercentage: 0.9, maxBarThickness: 28, borderRadius: 2,
  }];
  if (isCumulated)
    datasets.push({
      type: "line", data: totals, borderColor: style("--c2"), borderWidth: 2, pointRadius: 0,
      yAxisID: "total", order: 1, tension: 0,
    });
  const names = buckets.starts.map(day => bucketName(unit, day, false));
  const per = { day: "Per day", week: "Per week", month: "Per month" }[unit];
  say(figure, noteOf([measure]), `${measure.title} ${per.toLowerCase()}, in all ` +
    textOf(type, soFar), 300);
  addLegend(figure, isCumulated ? [[style("--c1"), per], [style("--c2"), "Sum so far, right scale"]]
    : [[style("--c1"), per]]);
  const scales = {
    x: { grid: { display: false }, ticks: { color: style("--soft"), maxRotation: 0, autoSkipPadding: 18 } },
    y: axis(type, { beginAtZero: true }),
  };
  if (isCumulated)
    scales.total = axis(type, { position: "right", beginAtZero: true, grid: { display: false, drawBorder: false } });
  show(figure, {
    data: { labels: names, datasets },
    options: options({
      scales,
      plugins: { tooltip: { callbacks: {
        title: items => bucketName(unit, buckets.starts[items[0].dataIndex], true),
        label: item => (item.datasetIndex ? "So far " : measure.title + " ") + textOf(type, item.raw),
      } } },
    }),
  });
  showData(figure, ["From", measure.title, ...isCumulated ? ["So far"] : []],
    buckets.starts.map((day, at) => [isoOf(day), textOf(type, values[at]),
      ...isCumulated ? [textOf(type, totals[at])] : []]));
}

/* ---- bars ---- */

const ENDS = 10;

/* The groups that something is known of, the greatest first; of many the first and the last few. */
function pickGroups(results, count, isOrdered) {
  let groups = [];
  for (let at = 0; at < count; at++)
    if (results.some(result => result.seen[at] && result.value(at) !== null)) groups.push(at);
  if (isOrdered) return { groups, hidden: 0 };
  groups.sort((a, b) => results[0].value(b) - results[0].value(a) || a - b);
  const hidden = groups.length - 2 * ENDS;
  if (hidden > 0) groups = groups.slice(0, ENDS).concat([-1], groups.slice(-ENDS));
  return { groups, hidden: Math.max(hidden, 0) };
}

function drawBars(figure, chart) {
  const measures = chart.together ? chart.measures.map(index => page.measures[index])
    : [page.measures[chart.measures[figure.measure]]];
  const by = chart.by[figure.by], type = measures[0].type, view = viewFor(measures);
  const group = by.weekday ? byDate("weekday", by.field, 7, day => (day - 1) % 7) : byField(by.field);
  const nameAll = by.weekday ? WEEKDAYS : namesOf(by.field);
  const results = measures.map(measure => measureBy(measure, view, group));
  const rate = chart.rate === null ? null : page.measures[chart.rate];
  const rates = rate && measureBy(rate, view, group);
  const { groups, hidden } = pickGroups(results, group.count, by.weekday);
  if (groups.length === 0) return showEmpty(figure, nothing());
  const more = hidden ? `${whole.format(hidden)} more` : "";
  const value = (result, at) => at < 0 ? null : result.value(at);
  const names = groups.map(at => at < 0 ? "\u22ef " + more + " \u22ef" : nameAll[at]);
  const colors = [style("--c1"), style("--c2")];
  const worst = groups.indexOf(-1);
  const datasets = results.map((result, index) => ({
    data: groups.map(at => value(result, at)), borderRadius: 2, maxBarThickness: 18,
    backgroundColor: groups.map((_, at) =>
      !chart.together && worst >= 0 && at > worst ? style("--c3") : colors[index % 2]),
    categoryPercentage: 0.84, barPercentage: 0.92,
  }));
  const texts = results.map((result, index) => groups.map(at => {
    if (at < 0) return "";
    const text = shortOf(type, result.value(at));
    return rates && index === results.length - 1
      ? `${text}  (${shortOf("rate", rates.value(at))})` : text;
  }));
  const most = Math.max(0, ...datasets.flatMap(d => d.data).filter(v => v !== null));
  const top = chart.reference === null ? most : Math.max(most, chart.reference);
  const narrow = figure.node.clientWidth < 520;
  say(figure, noteOf(measures, hidden ? `Highest and lowest ${ENDS} of ${whole.format(groups.length - 1 + hidden)}` : ""),
    `${measures.map(m => m.title).join(" and ")} by ${by.title.toLowerCase()}; first ${names[0]} with ` +
    textOf(type, value(results[0], groups[0])), 44 + groups.length * (measures.length > 1 ? 34 : 24));
  const keys = measures.length > 1 ? measures.map((m, i) => [colors[i], m.title]) : [];
  if (rate && keys.length) keys[keys.length - 1][1] += ` (in brackets: ${rate.title.toLowerCase()})`;
  addLegend(figure, keys);
  show(figure, {
    type: "bar",
    data: { labels: names, datasets },
    options: options({
      indexAxis: "y",
      scales: {
        x: axis(type, { beginAtZero: true, suggestedMax: top * (rates ? 1.3 : 1.14) }),
        y: {
          grid: { display: false, drawBorder: false },
          ticks: { color: style("--ink"), autoSkip: false, crossAlign: "far",
            callback: (_, at) => cut(names[at], narrow ? 18 : 34) },
        },
      },
      plugins: {
        marks: { texts, reference: chart.reference },
        tooltip: {
          filter: item => groups[item.dataIndex] >= 0,
          callbacks: {
            title: items => items.length ? names[items[0].dataIndex] : "",
            label: item => measures[item.datasetIndex].title + " " + textOf(type, item.raw),
            afterBody: items => rates && items.length
              ? rate.title + " " + textOf("rate", rates.value(groups[items[0].dataIndex])) : "",
          },
        },
      },
    }),
  });
  const shown = groups.filter(at => at >= 0);
  showData(figure, [by.title, ...measures.map(m => m.title), ...rate ? [rate.title] : []],
    shown.map(at => [nameAll[at], ...results.map(r => textOf(type, r.value(at))),
      ...rate ? [textOf("rate", rates.value(at))] : []]));
}

/* ---- pacing ---- */

const MOST_DAYS = 180;

/* Sums of the terms by key and days before the date, from that many days before on. */
function paceOf(terms, measure, view, key, until) {
  const count = page.names[key].length, width = MOST_DAYS + 1;
  const out = new Float64Array(count * width), seen = new Uint8Array(width);
  for (const [index, column, sign] of terms) {
    const dataset = page.datasets[index], values = dataset.values[column];
    const wanted = wantedRows(dataset, view.names, view.without), keys = valuesOf(dataset, key);
    const ends = valuesOf(dataset, until);
    /* What describes the keys holds from the first day on. */
    const own = dataset.key === null ? dataset.columns.findIndex(c => c.type === "date") : -1;
    for (let row = 0; row < dataset.rows; row++) {
      if (!wanted[row] || keys[row] < 0 || !(ends[row] > 0)) continue;
      const before = own < 0 ? MOST_DAYS : ends[row] - dataset.values[own][row];
      const at = Math.min(Math.max(before, 0), MOST_DAYS);
      if (at < MOST_DAYS) seen[at] = 1;
      if (values[row] !== MISSING) out[keys[row] * width + at] += sign * values[row];
    }
  }
  for (let at = 0; at < out.length; at += width)
    for (let day = MOST_DAYS; day > 0; day--) out[at + day - 1] += out[at + day];
  return { out, width, longest: seen.lastIndexOf(1) };
}

/* How far all of these were on each day before, of those that had come so far. */
function lineOf(members, sums, overs, ends, isRate) {
  const line = [];
  for (let day = 0; day <= sums.longest; day++) {
    let sum = 0, over = 0;
    for (const key of members) {
      if (ends[key] - day > AS_OF) continue;
      sum += sums.out[key * sums.width + day];
      over += isRate ? overs.out[key * overs.width + day] : 1;
    }
    line.push(over ? sum / over : null);
  }
  return line.reverse();
}

function drawPacing(figure, chart) {
  const measure = page.measures[chart.measures[figure.measure]], isRate = measure.over.length > 0;
  const view = Object.assign(viewFor([measure]), { without: chart.key });
  const describing = page.datasets.find(d => d.key !== null && d.columns[d.key].name === chart.key);
  if (!describing || !describing.rows) return showEmpty(figure, nothing());
  const ends = Int32Array.from(page.names[chart.key], (_, key) =>
    describing.rowOfKey[key] < 0 ? 0 : valuesOf(describing, chart.until)[describing.rowOfKey[key]]);
  const wanted = wantedRows(describing, view.names, chart.key);
  const where = measure.where && valuesOf(describing, measure.where);
  const all = [];
  ends.forEach((day, key) => {
    const row = describing.rowOfKey[key];
    if (day > 0 && row >= 0 && wanted[row] && (!where || where[row] > 0)) all.push(key);
  });
  const chosen = filters.names.get(chart.key);
  const like = chart.like && chosen !== undefined && valuesOf(describing, chart.like);
  const alike = key => !like || like[describing.rowOfKey[key]] === like[describing.rowOfKey[chosen]];
  const within = key => (filters.from === null || ends[key] >= filters.from) &&
    (filters.to === null || ends[key] <= filters.to);
  const isAll = filters.from === null && filters.to === null;
  const first = chosen !== undefined ? all.filter(key => key === chosen)
    : all.filter(key => isAll ? ends[key] > AS_OF : within(key));
  const others = all.filter(key => ends[key] <= AS_OF && !first.includes(key) && alike(key));
  const sums = paceOf(measure.sum, measure, view, chart.key, chart.until);
  const overs = isRate ? paceOf(measure.over, measure, view, chart.key, chart.until) : null;
  if (sums.longest < 1 || !first.length && !others.length)
    return showEmpty(figure, nothing());
  const lines = [first, others].map(members => lineOf(members, sums, overs, ends, isRate));
  const days = lines[0].map((_, at) => lines[0].length - 1 - at);
  const names = [
    chosen !== undefined ? namesOf(chart.key)[chosen]
      : (isAll ? "Still to come" : "Of this period") + ` (${whole.format(first.length)})`,
    (like ? "Past, same " + columnNamed(chart.like).title.toLowerCase() : "Past") +
      ` (${whole.format(others.length)})`,
  ];
  const type = measure.type;
  const notes = [...isRate ? [] : ["Average"], ...page.grain === "day" ? [] : [`All of a ${page.grain} counts from its first day on`]];
  say(figure, noteOf([measure], notes.join(" \u00b7 ")), `${measure.title} by days before ` +
    columnNamed(chart.until).title.toLowerCase(), 300);
  addLegend(figure, [[style("--c1"), names[0]], [style("--c3"), names[1]]]);
  show(figure, {
    type: "line",
    data: {
      labels: days,
      datasets: [
        { data: lines[0], borderColor: style("--c1"), borderWidth: 2.5, pointRadius: 0 },
        { data: lines[1], borderColor: style("--c3"), borderWidth: 2, borderDash: [5, 4], pointRadius: 0 },
      ],
    },
    options: options({
      scales: {
        x: {
          grid: { display: false },
          title: { display: true, text: "Days before", color: style("--soft") },
          ticks: { color: style("--soft"), maxRotation: 0, autoSkipPadding: 24 },
        },
        y: axis(type, { beginAtZero: true }),
      },
      plugins: { tooltip: { callbacks: {
        title: items => `${days[items[0].dataIndex]} days before`,
        label: item => names[item.datasetIndex] + ": " + textOf(type, item.raw),
      } } },
    }),
  });
  showData(figure, ["Days before", ...names],
    days.map((day, at) => [String(day), ...lines.map(line => textOf(type, line[at]))]));
}

/* ---- quarantine ---- */

function drawQuality(figure) {
  const field = ["rule", "sheet"][figure.by];
  const snapshots = [...new Set(page.quality.map(count => count.snapshot))];
  const at = new Map(page.quality.map(count => [count.snapshot, count.at]));
  const totals = new Map();
  for (const count of page.quality)
    if (count.rows) totals.set(count[field], (totals.get(count[field]) || 0) + count.rows);
  const sorted = [...totals.keys()].sort((a, b) => totals.get(b) - totals.get(a));
  if (!sorted.length) return showEmpty(figure, "No row was turned away in the last snapshots.");
  const colors = ["--c1", "--c2", "--c4", "--c5", "--c6", "--c3"].map(style);
  /* As many as can be told apart; the rest together. */
  const names = sorted.length > colors.length ? sorted.slice(0, colors.length - 1).concat(["other"]) : sorted;
  const nameOf = count => names.includes(count[field]) ? count[field] : "other";
  const rows = names.map(name => snapshots.map(snapshot => page.quality.reduce((sum, count) =>
    sum + (count.snapshot === snapshot && count.rows && nameOf(count) === name ? count.rows : 0), 0)));
  const last = rows.reduce((sum, row) => sum + row[row.length - 1], 0);
  say(figure, "Rows in quarantine at each of the last snapshots. Filters do not act on it.",
    `Rows in quarantine by ${field}; now ${whole.format(last)}`, 260);
  addLegend(figure, names.map((name, index) => [colors[index % colors.length], name]));
  show(figure, {
    type: "bar",
    data: {
      labels: snapshots.map(String),
      datasets: rows.map((data, index) => ({
        data, label: names[index], backgroundColor: colors[index % colors.length], stack: "all",
        maxBarThickness: 44, categoryPercentage: 0.8,
      })),
    },
    options: options({
      scales: {
        x: { stacked: true, grid: { display: false }, title: { display: true, text: "Snapshot", color: style("--soft") },
          ticks: { color: style("--soft"), maxRotation: 0 } },
        y: axis("integer", { stacked: true, beginAtZero: true }),
      },
      plugins: { tooltip: { callbacks: {
        title: items => `Snapshot ${items[0].label}, ${at.get(Number(items[0].label)) || ""}`,
        label: item => `${item.dataset.label}: ${whole.format(item.raw)}`,
      } } },
    }),
  });
  showData(figure, ["Snapshot", ...names],
    snapshots.map((snapshot, index) => [String(snapshot), ...rows.map(row => whole.format(row[index]))]));
}

/* ---- all of them ---- */

function makeFigures() {
  const kinds = { time: drawTime, bars: drawBars, pacing: drawPacing };
  document.querySelectorAll("[data-chart]").forEach(node => {
    const chart = page.charts[Number(node.dataset.chart)];
    const figure = makeFigure(node, it => kinds[chart.kind](it, chart));
    addChoice(figure, "by", chart.by.map(by => by.title));
    addChoice(figure, "measure",
      chart.together ? [] : chart.measures.map(index => page.measures[index].title));
  });
  const quality = document.querySelector("[data-quality]");
  if (!quality) return;
  const note = quality.querySelector(".note");
  if (note) note.remove();
  const details = element("details", "data");
  details.append(element("summary", "", "Data"));
  quality.append(details);
  addChoice(makeFigure(quality, drawQuality), "by", ["By rule", "By sheet"]);
}

const drawFigures = () => figures.forEach(figure => figure.draw());
