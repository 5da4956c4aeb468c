/**
 * What a report can do when it is opened: filter by host, open and close everything, and open what matters before it is
 * printed. Without it everything is there all the same.
 */
export const SCRIPT = `
"use strict";
const controls = document.querySelector(".controls");
const filter = controls.querySelector("input");
const count = controls.querySelector("output");
const folds = [...document.querySelectorAll("#tasks details")];
const rows = [...document.querySelectorAll("[data-host]")];
const groups = [...document.querySelectorAll("[data-hosts]")];
controls.hidden = false;
const apply = () => {
  const wanted = filter.value.trim().toLowerCase();
  const matches = (name) => wanted === "" || name.toLowerCase().includes(wanted);
  let shown = 0;
  for (const row of rows) {
    row.hidden = !matches(row.dataset.host);
    if (!row.hidden) shown++;
  }
  for (const group of groups) {
    const hosts = group.dataset.hosts;
    group.hidden = hosts !== "*" && !hosts.split(" ").some(matches);
  }
  for (const fold of folds) {
    const inner = [...fold.querySelectorAll("[data-hosts]")];
    if (inner.length > 0) fold.hidden = inner.every((group) => group.hidden);
  }
  count.textContent = wanted === "" ? "" : shown + " of " + rows.length + " hosts";
};
filter.addEventListener("input", apply);
for (const button of controls.querySelectorAll("button")) {
  button.addEventListener("click", () => {
    for (const fold of folds) fold.open = button.value === "open";
  });
}
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/" && document.activeElement !== filter) {
    event.preventDefault();
    filter.focus();
  }
  if (event.key === "Escape" && document.activeElement === filter) {
    filter.value = "";
    apply();
  }
});
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("#tasks > details:not([open]), details[data-print]:not([open])")];
  for (const fold of opened) fold.open = true;
});
addEventListener("afterprint", () => {
  for (const fold of opened) fold.open = false;
});
`;
