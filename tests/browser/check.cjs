// Looks at pages in a real browser, as tests/browser.rs asks for it, and prints what is wrong as JSON.
// node check.cjs '{"browser": "/usr/bin/chromium", "base": "http://127.0.0.1:8080", "link": "...", "pages": ["/"], ...}'
"use strict";
const puppeteer = require("puppeteer-core");
const axe = require("axe-core");

const request = JSON.parse(process.argv[2]);
const problems = [];
const isFiles = request.base.startsWith("file:");

const open = async (browser, setup = async () => {}) => {
  const page = await browser.newPage();
  page.on("console", (message) => {
    if (["error", "warn", "warning"].includes(message.type())) problems.push(`${page.url()}: console: ${message.text()}`);
  });
  page.on("pageerror", (error) => problems.push(`${page.url()}: script: ${error.message}`));
  page.on("request", (asked) => {
    const url = asked.url();
    if (!url.startsWith(request.base) && !url.startsWith("data:") && url !== "about:blank") {
      problems.push(`${page.url()}: external request: ${url}`);
    }
  });
  await page.evaluateOnNewDocument(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      console.error("policy: " + event.violatedDirective + " " + event.blockedURI);
    });
  });
  await setup(page);
  return page;
};

const expect = (is, what) => { if (!is) problems.push(what); };

// Contrast, names, roles, headings, landmarks, in both colour schemes; and no sideways scrolling of the page.
const look = async (page, path) => {
  for (const scheme of ["light", "dark"]) {
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    for (const width of [1100, 360]) {
      await page.setViewport({ width, height: 800 });
      await page.goto(request.base + path, { waitUntil: "load" });
      await page.evaluate(() => document.querySelectorAll("details").forEach((details) => { details.open = true; }));
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(wide <= 0, `${path}: ${width} pixels wide, the page scrolls sideways by ${wide}`);
      if (width === 360 && scheme === "light") continue;
      await page.evaluate(axe.source);
      const result = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"], preload: false }));
      for (const violation of result.violations) {
        const nodes = violation.nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} (${node.failureSummary})`);
        problems.push(`${path}: ${scheme}, ${width}: ${violation.id}: ${violation.help}: ${nodes.join(" | ")}`);
      }
    }
  }
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "light" }]);
  await page.setViewport({ width: 1100, height: 800 });
};

const focused = (page) => page.evaluate(() => {
  const element = document.activeElement, style = getComputedStyle(element);
  return { text: element.textContent.trim(), id: element.id, href: element.getAttribute("href"), outline: style.outlineStyle };
});

// A person who uses the keyboard alone.
const keyboard = async (page) => {
  await page.goto(request.base + request.pages[0], { waitUntil: "load" });
  await page.keyboard.press("Tab");
  const first = await focused(page);
  expect(first.text === "Skip to content" && first.outline !== "none", `the first stop is ${JSON.stringify(first)}`);
  await page.keyboard.press("Enter");
  expect((await focused(page)).id === "content", "the skip link does not lead to the content");
  await page.keyboard.press("Tab");
  expect((await focused(page)).outline !== "none", "the focus is not seen");
  await page.keyboard.press("/");
  expect((await focused(page)).id === "q", "the key / does not lead to the search");
  await page.keyboard.type(request.search.text);
  await page.waitForSelector("#found a", { timeout: 20000 });
  const count = await page.$eval("#found-count", (element) => element.textContent);
  expect(/^\d+ results?$/.test(count), `the number of results is announced as "${count}"`);
  await page.keyboard.press("Escape");
  expect(await page.$eval("#found", (element) => element.hidden), "Escape does not close the results");
  await page.keyboard.type(" ");
  await page.waitForFunction(() => !document.getElementById("found").hidden, { timeout: 20000 });
  await page.keyboard.press("ArrowDown");
  const hit = await focused(page);
  expect(hit.text.includes(request.search.found), `the first result is ${JSON.stringify(hit)}`);
  await page.keyboard.press("ArrowUp");
  expect((await focused(page)).id === "q", "the arrow up does not lead back");
  await page.keyboard.press("ArrowDown");
  await Promise.all([page.waitForNavigation({ waitUntil: "load" }), page.keyboard.press("Enter")]);
  const heading = await page.$eval("h1", (element) => element.textContent);
  expect(heading.includes(request.search.found), `the result leads to "${heading}"`);
};

// The form, with and without a script.
const form = async (browser, setup) => {
  for (const hasScript of isFiles ? [true] : [true, false]) {
    const page = await open(browser, async (page) => {
      await setup(page);
      await page.setJavaScriptEnabled(hasScript);
    });
    await page.goto(request.base + request.pages[0], { waitUntil: "load" });
    await page.type("#q", request.search.text);
    await Promise.all([page.waitForNavigation({ waitUntil: "load" }), page.click("header button")]);
    if (isFiles) await page.waitForSelector("#results a", { timeout: 20000 });
    const text = await page.$eval("main", (element) => element.textContent);
    expect(text.includes(request.search.found), `the page of results (script: ${hasScript}) does not show ${request.search.found}`);
    await page.close();
  }
};

const picture = async (browser, setup, { path, file, width, height, scheme }) => {
  const page = await open(browser, setup);
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme || "light" }]);
  await page.setViewport({ width, height });
  await page.goto(request.base + path, { waitUntil: "load" });
  await page.screenshot({ path: file });
  await page.close();
};

// An address that is none. A browser reports the status 404 on the console, so this page has no listener for it.
const lost = async (browser, setup, path) => {
  const page = await browser.newPage();
  await setup(page);
  const answer = await page.goto(request.base + path, { waitUntil: "load" });
  expect(answer.status() === 404, `${path} has the status ${answer.status()}`);
  await Promise.all([page.waitForNavigation({ waitUntil: "load" }), page.click("main p a")]);
  expect(page.url() === request.base + "/", `${path} leads back to ${page.url()}`);
  await page.close();
};

(async () => {
  const browser = await puppeteer.launch({
    executablePath: request.browser,
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--no-first-run"],
  });
  try {
    let cookies = [];
    if (request.link) {
      const page = await open(browser);
      await page.goto(request.link, { waitUntil: "load" });
      await page.waitForFunction((base) => location.href === base + "/", { timeout: 20000 }, request.base);
      expect((await page.$("main h1")) !== null, "the link does not lead to a page");
      cookies = await page.cookies();
      expect(cookies.length === 1 && cookies[0].httpOnly && cookies[0].sameSite === "Strict", JSON.stringify(cookies));
      await page.close();
    }
    const setup = async (page) => { if (cookies.length) await page.setCookie(...cookies); };
    for (const each of request.pictures || []) await picture(browser, setup, each);
    if (request.search) {
      const page = await open(browser, setup);
      for (const path of request.pages) await look(page, path);
      await keyboard(page);
      await page.close();
      await form(browser, setup);
    }
    for (const path of request.lost || []) await lost(browser, setup, path);
    for (const [path, text] of Object.entries(request.shows || {})) {
      const page = await open(browser, setup);
      await page.goto(request.base + path, { waitUntil: "load" });
      const shown = (await page.title()) + "\n" + (await page.evaluate(() => document.body.innerText));
      expect(shown.includes(text), `${path} does not show ${text}: ${shown}`);
      await page.close();
    }
  } catch (error) {
    problems.push(String(error.stack || error));
  } finally {
    await browser.close();
  }
  console.log(JSON.stringify({ problems }));
})();
