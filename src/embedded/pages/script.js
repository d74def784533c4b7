"use strict";
(() => {
  const page = document.documentElement, isFiles = "files" in page.dataset, root = page.dataset.root || "";
  const input = document.getElementById("q"), found = document.getElementById("found");
  const status = document.getElementById("found-count");
  if (!input || !found) return;
  const make = (name, text, kind) => {
    const element = document.createElement(name);
    if (text) element.textContent = text;
    if (kind) element.className = kind;
    return element;
  };
  const signs = { created: "+", changed: "~", renamed: ">", deleted: "\u2212", adopted: "=" };
  const wordsOf = (text) => text.toLowerCase().split(/[^\p{L}\p{N}\p{M}]+/u).filter(Boolean);

  // An export has an index instead of a server. It is loaded when somebody searches.
  let index;
  const loaded = () => index ||= new Promise((resolve, reject) => {
    const script = make("script");
    script.src = root + "search-index.js";
    script.onload = () => resolve(globalThis.portolanIndex || []);
    script.onerror = reject;
    document.head.append(script);
  });
  const inFiles = async (text) => {
    const words = wordsOf(text), hits = [];
    if (!words.length) return hits;
    for (const [href, title, kind, words_, mark] of await loaded()) {
      const name = wordsOf(title + " " + kind), all = name.concat(wordsOf(words_));
      if (!words.every((word) => all.some((other) => other.startsWith(word)))) continue;
      const rank = words.every((word) => name.some((other) => other.startsWith(word))) ? 0 : 1;
      hits.push({ href: root + href, title, kind, mark, rank });
    }
    return hits.sort((one, other) => one.rank - other.rank).slice(0, 50);
  };
  const onServer = async (text) => {
    const answer = await fetch("/search.json?q=" + encodeURIComponent(text), { headers: { accept: "application/json" } });
    return answer.ok ? answer.json() : [];
  };
  const search = isFiles ? inFiles : onServer;

  const link = (hit) => {
    const anchor = make("a");
    anchor.href = hit.href;
    anchor.append(make("strong", hit.title), " ", make("span", hit.kind, "dim"));
    if (hit.mark) anchor.append(" ", make("span", signs[hit.mark] + " " + hit.mark, "mark " + hit.mark));
    return anchor;
  };
  const list = (hits) => {
    const items = make("ul");
    for (const hit of hits) items.append(make("li"));
    hits.forEach((hit, at) => items.children[at].append(link(hit)));
    return items;
  };
  const close = () => { found.hidden = true; found.replaceChildren(); };
  const counted = (hits) => hits.length ? hits.length + (hits.length === 1 ? " result" : " results") : "Nothing found";

  let round = 0, timer;
  const show = async () => {
    const mine = ++round, text = input.value.trim();
    if (!text) { status.textContent = ""; return close(); }
    let hits;
    try { hits = await search(text); } catch { return; }
    if (mine !== round) return;
    found.replaceChildren(hits.length ? list(hits.slice(0, 12)) : make("p", "Nothing found.", "dim"));
    found.hidden = false;
    status.textContent = counted(hits);
  };
  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(show, isFiles ? 60 : 120); });

  const step = (from, by) => {
    const links = [...found.querySelectorAll("a")], next = links.indexOf(from) + by;
    if (next < 0) return input.focus();
    (links[next] || from).focus();
  };
  input.form.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !found.hidden) { close(); input.focus(); event.preventDefault(); }
    if (event.key === "ArrowDown" && !found.hidden) { step(document.activeElement, 1); event.preventDefault(); }
    if (event.key === "ArrowUp" && found.contains(document.activeElement)) {
      step(document.activeElement, -1);
      event.preventDefault();
    }
  });
  document.addEventListener("click", (event) => { if (!input.form.contains(event.target)) close(); });
  document.addEventListener("keydown", (event) => {
    const isTyping = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
    if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      input.focus();
      input.select();
    }
  });

  // The page of results in an export.
  const results = document.getElementById("results");
  if (isFiles && results) {
    const text = new URLSearchParams(location.search).get("q") || "";
    input.value = text;
    if (text) {
      inFiles(text).then((hits) => {
        const items = list(hits);
        items.className = "hits";
        results.replaceChildren(make("p", counted(hits), "dim"), items);
      }).catch(() => {});
    }
  }
})();
