// Shows letters in a real browser as phones and desktops do, light and dark, images on and off, and
// prints what was seen of each as JSON. With PICTURES, one picture a letter is kept there.
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import { launch } from "../chromium.mjs";

const { BROWSERS, PICTURES } = process.env;
const letters = JSON.parse(readFileSync(process.env.LETTERS));
const VIEWS = [
  { device: "phone", width: 360, colours: "light" },
  { device: "phone", width: 360, colours: "dark" },
  { device: "desktop", width: 720, colours: "light" },
  { device: "desktop", width: 720, colours: "dark" },
];
const browser = await launch(BROWSERS);
const seen = [];
try {
  for (const [name, html] of Object.entries(letters)) {
    const shots = [];
    for (const view of VIEWS) {
      const shown = await show(html, view);
      shots.push({ ...view, ...shown });
      const { picture, ...said } = shown;
      seen.push({ name, ...view, ...said });
    }
    if (PICTURES) await keep(name, shots);
  }
} finally {
  await browser.close();
}
console.log(JSON.stringify(seen));

async function show(html, { width, colours }) {
  const page = await browser.newPage();
  const asked = [];
  await page.setRequestInterception(true);
  page.on("request", (request) => {
    asked.push(request.url());
    request.abort(); // a mail program that loads nothing: images off, scripts off
  });
  await page.setJavaScriptEnabled(false);
  await page.setViewport({ width, height: 100, deviceScaleFactor: 1 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: colours }]);
  await page.setContent(html);
  const said = await page.evaluate(look);
  const picture = await page.screenshot({ fullPage: true, encoding: "base64" });
  await page.close();
  return { ...said, asked, picture };
}

// Runs in the page.
function look() {
  const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => {
      const s = v / 255;
      return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = channels(getComputedStyle(at).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  let faintest = { ratio: 21 };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    const box = element.getBoundingClientRect();
    if (!node.data.replaceAll("\u00a0", " ").trim() || !box.width || !box.height) continue;
    const [dark, light] = [channels(getComputedStyle(element).color), ground(element)]
      .map(luminance)
      .sort((a, b) => a - b);
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < faintest.ratio) faintest = { ratio, text: node.data.trim() };
  }
  const hidden = document.body.firstElementChild.getBoundingClientRect();
  return {
    overflow: document.documentElement.scrollWidth - innerWidth,
    faintest,
    ground: getComputedStyle(document.body).backgroundColor,
    preheaderShows: hidden.height > 0,
    buttons: [...document.querySelectorAll("a.button")].map((one) => one.getBoundingClientRect().height),
  };
}

async function keep(name, shots) {
  const columns = shots
    .map(
      ({ picture, device, colours }) =>
        `<figure><img width="${device === "phone" ? 240 : 384}" src="data:image/png;base64,${picture}">` +
        `<figcaption>${device}, ${colours}</figcaption></figure>`,
    )
    .join("");
  const page = await browser.newPage();
  await page.setViewport({ width: 1350, height: 200, deviceScaleFactor: 1 });
  await page.setContent(
    "<style>body{margin:0;padding:16px;background:#c9ceca;font:13px sans-serif;width:max-content}" +
      "main{display:flex;gap:16px;align-items:flex-start}figure{margin:0}img{display:block}" +
      `figcaption{padding-top:6px;color:#333}</style><main>${columns}</main>`,
  );
  const main = await page.$("body");
  writeFileSync(path.join(PICTURES, `${name}.png`), await main.screenshot({ encoding: "binary" }));
  await page.close();
}
