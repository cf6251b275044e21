// Drives the page in tests/docs/page with a real browser, as somebody new would use it. Prints what
// was seen, as one line of JSON.
import { launch } from "../chromium.mjs";
import { lettersLink, work } from "./stage.mjs";

const { BROWSERS, PAGE_PORT, SITE } = process.env;
const browser = await launch(BROWSERS, [
  // The page is at the site's address, as Auth knows it; in truth it is served by the test.
  `--host-resolver-rules=MAP ${new URL(SITE).host} 127.0.0.1:${PAGE_PORT}`,
]);
const problems = [];
try {
  const page = await browser.newPage();
  page.setDefaultTimeout(30_000);
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (line) => line.type() === "error" && problems.push(line.text()));
  console.log(JSON.stringify({ ...(await visit(page)), problems, browser: await browser.version() }));
} finally {
  await browser.close();
}

async function visit(page) {
  const email = `ida-${Date.now().toString(36)}@example.com`;
  await page.goto(SITE);
  await page.type("#sign-up [name=name]", "Ida");
  await page.type("#sign-up [name=email]", email);
  await page.type("#sign-up [name=password]", "correct horse battery");
  await page.click("#sign-up button");
  await says(page, "#sign-up output", "Open the letter");

  await page.goto(lettersLink(email, SITE));
  await page.waitForSelector("#ask:not([hidden])");

  await page.click("#ask button");
  const refusal = await page.waitForSelector("#ask [role=alert]");
  const refused = await refusal.evaluate((alert) => [alert.previousElementSibling.name, alert.textContent]);
  problems.length = 0; // the browser reports the 422 as an error of its own

  await page.type("#ask [name=topic]", "Swift for iOS Development");
  await page.click("#ask button");
  await says(page, "#ask output", "being made");
  work();
  await says(page, "#ask output", "Here it is");
  const weeks = await page.$$eval("#plan h3", (titles) => titles.map((title) => title.textContent));
  const before = await page.$eval("#dashboard p", (line) => line.textContent);

  const [first, second] = await page.$$("#plan input[type=checkbox]");
  await first.click();
  await says(page, "#dashboard p", ": 1 of ");
  await second.click();
  await says(page, "#dashboard p", ": 2 of ");
  const after = await page.$eval("#dashboard p", (line) => line.textContent);

  await page.reload();
  await says(page, "#dashboard p", ": 2 of ");
  return { email, refused, weeks, before, after };
}

function says(page, selector, text) {
  return page.waitForFunction(
    (where, what) => document.querySelector(where)?.textContent.includes(what),
    {},
    selector,
    text,
  );
}
