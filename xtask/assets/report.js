// Builds the report from the data in the page.
const contents = JSON.parse(document.getElementById("contents").textContent);
const COLOURS = { exercise: "#c23b00", solution: "#00619e", shipped: "#7a3aa8" };
const DASHES = { exercise: [], solution: [10, 6], shipped: [2, 4] };

function make(tag, text, name) {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = text;
  if (name) node.className = name;
  return node;
}

function amount(value, bytes) {
  if (!bytes) return value % 1 ? "" : value.toLocaleString("en-US");
  const units = ["B", "kB", "MB", "GB"];
  let at = 0;
  while (Math.abs(value) >= 1000 && at + 1 < units.length) { value /= 1000; at += 1; }
  return `${Number(value.toPrecision(3))} ${units[at]}`;
}

function table(chapter) {
  const node = make("table");
  const head = node.createTHead().insertRow();
  head.append(make("th"), ...chapter.versions.map(({ version }) => make("th", version, version)));
  const body = node.createTBody();
  for (const [label, ...cells] of chapter.rows) {
    const row = body.insertRow();
    row.append(make("td", label), ...cells.map((cell) => make("td", cell)));
  }
  return node;
}

/// The verdicts of all exercises, each with a link to its chapter.
function overview(chapters) {
  const versions = ["shipped", "exercise", "solution"].filter((version) => chapters.some((chapter) => chapter.versions.some((one) => one.version === version)));
  const node = make("table");
  node.createTHead().insertRow().append(make("th"), ...versions.map((version) => make("th", version, version)));
  const body = node.createTBody();
  for (const chapter of chapters) {
    const row = body.insertRow();
    const link = make("a", `${chapter.name}: ${chapter.title}`);
    link.setAttribute("href", `#${chapter.name}`);
    const first = make("td");
    first.append(link);
    row.append(first, ...versions.map((version) => make("td", chapter.versions.find((one) => one.version === version)?.verdict ?? "")));
  }
  return node;
}

function line({ function: name, place, keeps, from, source, grows }) {
  const node = make("div", undefined, "line");
  const text = make("p");
  text.append(make("code", name), make("br"), make("code", place), make("br"), keeps);
  node.append(text);
  if (source.length) {
    const code = make("pre");
    source.forEach((row, at) => code.append(make("span", `${String(from + at).padStart(4)}  ${row}`, at === grows ? "grows" : "")));
    node.append(code);
  }
  return node;
}

function chart(box, { name, bytes, curves }) {
  const figure = make("figure");
  const plot = make("div");
  figure.append(make("figcaption", name), plot);
  box.append(figure);
  const xs = [...new Set(curves.flatMap(({ points }) => points.map(([x]) => x)))].sort((a, b) => a - b);
  const columns = curves.map(({ points }) => {
    const of = new Map(points);
    return xs.map((x) => of.get(x) ?? null);
  });
  const font = "12px system-ui, sans-serif";
  new uPlot({
    width: 400, height: 220, legend: { show: false }, cursor: { show: false },
    // Sharp in print, too.
    pxRatio: Math.max(devicePixelRatio, 2),
    scales: { x: { time: false }, y: { range: (_, low, high) => [0, Math.max(high, 1) * 1.06] } },
    axes: [
      { font, label: "operations", labelFont: font, labelSize: 16, values: (_, ticks) => ticks.map((tick) => amount(tick, false)) },
      { font, size: 70, values: (_, ticks) => ticks.map((tick) => amount(tick, bytes)) },
    ],
    series: [{}, ...curves.map(({ version }) => ({ label: version, stroke: COLOURS[version], dash: DASHES[version], width: 2, spanGaps: true, points: { show: false } }))],
  }, [xs, ...columns], plot);
}

// The legend has only the versions in the report.
for (const name of document.querySelectorAll(".legend b")) {
  name.hidden = !contents.exercises.some(({ versions }) => versions.some(({ version }) => version === name.className));
}
if (contents.exercises.length > 1) document.querySelector("main").append(overview(contents.exercises));
for (const chapter of contents.exercises) {
  const section = make("section");
  section.id = chapter.name;
  section.append(make("h2", `${chapter.name}: ${chapter.title}`));
  for (const { version, verdict, meaning } of chapter.versions) {
    const text = make("p");
    text.append(make("b", `${verdict}. `, version), meaning);
    section.append(text);
  }
  const charts = make("div", undefined, "charts");
  section.append(charts, table(chapter), ...chapter.notes.map((note) => make("p", note, "note")));
  for (const { version, lines, more, holders } of chapter.versions) {
    if (!lines.length) continue;
    section.append(make("h3", `Growing lines of the ${version}`), ...lines.map(line));
    if (more) section.append(make("p", `and ${more} more`));
    if (holders.length) {
      const text = make("pre", holders.slice(1).join("\n"), "holders");
      section.append(make("h3", holders[0]), text);
    }
  }
  document.querySelector("main").append(section);
  for (const one of chapter.charts) chart(charts, one);
}
document.body.dataset.ready = "yes";
