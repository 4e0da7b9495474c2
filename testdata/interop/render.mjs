// Chromium shows one page from a file. What does not fit, what is loaded or refused,
// and what is written to the console goes to stdout as JSON, a line each.
//
//   node render.mjs FILE WIDTHxHEIGHT…
//
// Environment:
//   INTEROP_SCREENSHOT  beginning of the names of pictures, for whoever debugs

import { pathToFileURL } from 'node:url';

import { chromium } from 'playwright-core';

const [file, ...sizes] = process.argv.slice(2);
const patience = 30_000; // milliseconds for each step

// In the page: words that stick out of it or of their own box.
function findOverflow() {
  const found = [];
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) found.push('the page scrolls sideways');
  for (const e of document.body.querySelectorAll('*')) {
    const box = e.getBoundingClientRect();
    if (e.matches('.hear') || box.width === 0) continue;
    if (box.right > width + 0.5 || box.left < -0.5) found.push(`${e.localName} sticks out of the page: ${e.textContent}`);
    // The words of a short arrow may be wider than it.
    if (e instanceof HTMLElement && !e.matches('.arrow') && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline') {
      found.push(`${e.localName} is too narrow for: ${e.textContent}`);
    }
  }
  return found;
}

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--disable-background-networking', '--disable-component-update', ...(process.getuid() === 0 ? ['--no-sandbox'] : [])],
  timeout: patience,
});
try {
  for (const size of sizes) {
    for (const colorScheme of ['light', 'dark']) {
      const [width, height] = size.split('x').map(Number);
      const page = await browser.newPage({ viewport: { width, height }, colorScheme });
      page.setDefaultTimeout(patience);
      const said = [];
      page.on('console', (message) => said.push(message.text()));
      page.on('pageerror', (err) => said.push(String(err)));
      page.on('request', (request) => {
        if (!request.isNavigationRequest()) said.push(`asks for ${request.url()}`);
      });
      await page.goto(pathToFileURL(file).href);
      const folded = await page.evaluate(findOverflow);
      const closed = page.locator('details:not([open]) > summary');
      while ((await closed.count()) > 0) await closed.first().click();
      const open = await page.evaluate(findOverflow);
      if (process.env.INTEROP_SCREENSHOT) {
        await page.screenshot({ path: `${process.env.INTEROP_SCREENSHOT}-${size}-${colorScheme}.png`, fullPage: true });
      }
      console.log(
        JSON.stringify({
          size: `${size} ${colorScheme}`,
          wrong: [...said, ...folded, ...open],
          text: await page.locator('body').innerText(),
          background: await page.evaluate(() => getComputedStyle(document.body).backgroundColor),
          arrows: await page.locator('.arrow').count(),
          heads: await page.locator('.heads p').count(),
        }),
      );
      await page.close();
    }
  }
} finally {
  await browser.close();
}
