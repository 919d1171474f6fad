"use strict";
const at = (id) => document.getElementById(id);
const all = [...document.querySelectorAll(".sc")];
// The heading of each feature, with its scenarios.
const groups = [...document.querySelectorAll("#scenarios h3")].map((it) => {
  const below = [];
  for (let next = it.nextElementSibling; next && next.tagName !== "H3"; next = next.nextElementSibling) below.push(next);
  return [it, below];
});
const texts = new Map();
const words = (it) => texts.get(it) ?? (texts.set(it, it.textContent.toLowerCase()), texts.get(it));
const has = (list, value) => !value || list.split(" ").includes(value);
const filter = () => {
  const q = at("q").value.trim().toLowerCase();
  let shown = 0;
  for (const it of all) {
    const d = it.dataset;
    it.hidden = !(has(d.o, at("fo").value) && has(d.t, at("ft").value) && has(d.t, at("fc").value)
      && has(d.p, at("fp").value) && (!q || words(it).includes(q)));
    shown += !it.hidden;
  }
  for (const [it, below] of groups) it.hidden = below.every((it) => it.hidden);
  at("shown").textContent = `${shown} of ${all.length} shown`;
};
const go = () => {
  const target = location.hash && at(location.hash.slice(1));
  if (!target) return;
  if (target.closest("[hidden]")) {
    for (const id of ["q", "fo", "ft", "fc", "fp"]) at(id).value = "";
    filter();
  }
  for (let it = target; it; it = it.parentElement) if (it.tagName === "DETAILS") it.open = true;
  target.querySelector(":scope > details")?.setAttribute("open", "");
  target.scrollIntoView();
};
at("filters").hidden = false;
at("filters").addEventListener("input", filter);
at("all").addEventListener("click", () => {
  for (const it of document.querySelectorAll("details")) it.open = true;
});
addEventListener("hashchange", go);
// The same link once more changes no hash.
addEventListener("click", (it) => it.target.closest("a")?.hash === location.hash && go());
filter();
go();
