// A person in a real Chromium: opens the URL, signs in, consents, and reads
// what the page at the redirect URI says.
//
//   node browser.mjs URL
//
// Environment:
//   INTEROP_RESULT      file for {"url","status","text","lowest"} of the last page, or {"error"}; lowest is where the
//                       lowest button of the demo server's pages ended, in pixels
//   INTEROP_TRUST       hash of the public key of a certificate to trust, as of one that mkcert has made
//   INTEROP_SCREENSHOT  file for a picture of it, for whoever debugs
//   INTEROP_PID         the process whose end is ours too

import { renameSync, writeFileSync } from 'node:fs';

import { chromium } from 'playwright-core';

const patience = 30_000; // milliseconds for all of it

const target = process.argv[2];
const server = new URL(target).host;

// Nothing here needs a name resolved, and nothing may call home.
const flags = [
  '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost , EXCLUDE [::1]',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  ...(process.env.INTEROP_TRUST ? [`--ignore-certificate-errors-spki-list=${process.env.INTEROP_TRUST}`] : []),
  // Chromium's sandbox refuses to run as root.
  ...(process.getuid() === 0 ? ['--no-sandbox'] : []),
];

// The reader must never see half a result.
function report(result) {
  const file = process.env.INTEROP_RESULT;
  if (!file) return;
  writeFileSync(`${file}.new`, JSON.stringify(result));
  renameSync(`${file}.new`, file);
}

async function signIn(page) {
  await page.locator('input[name=login]').fill('alice');
  await page.locator('input[name=password]').fill('wonderland');
  await page.locator('button[type=submit]').click();
}

async function consent(page) {
  await page.locator('form:has(input[name=prompt][value=consent]) button[type=submit]').click();
}

// The pages of oauthget's demo server. A button that is below the window is found, and not scrolled to.
async function answerDemo(page) {
  let lowest = 0;
  for (const decision of ['sign-in', 'allow']) {
    await page.locator(`button[value=${decision}]`).waitFor();
    for (const button of await page.locator('.buttons button').all()) {
      const { y, height } = await button.boundingBox();
      lowest = Math.max(lowest, y + height);
    }
    await page.locator(`button[value=${decision}]`).click();
  }
  return lowest;
}

async function visit(page) {
  let lowest;
  let status;
  page.on('response', (response) => {
    if (new URL(response.url()).host !== server && response.request().isNavigationRequest()) {
      status = response.status();
    }
  });
  await page.goto(target);
  if (await page.locator('form[data-page]').count()) {
    lowest = await answerDemo(page);
  } else {
    await signIn(page);
    await consent(page);
  }
  await page.waitForURL((url) => url.host !== server);
  await page.waitForLoadState('load');
  if (process.env.INTEROP_SCREENSHOT) await page.screenshot({ path: process.env.INTEROP_SCREENSHOT });
  report({ url: page.url(), status, text: await page.locator('body').innerText(), lowest });
}

const deadline = setTimeout(() => {
  report({ error: `no end after ${patience} ms` });
  process.exit(1);
}, patience);

// A browser is nobody's child. Playwright closes Chromium on this signal.
function endWith(pid) {
  try {
    process.kill(pid, 0);
  } catch {
    process.kill(process.pid, 'SIGTERM');
  }
}

if (process.env.INTEROP_PID) {
  setInterval(endWith, 500, Number.parseInt(process.env.INTEROP_PID, 10)).unref();
}

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: flags,
  timeout: patience,
});
try {
  const page = await browser.newPage({ viewport: { width: 1000, height: 560 } });
  page.setDefaultTimeout(patience);
  await visit(page);
} catch (err) {
  report({ error: err.message });
  process.exitCode = 1;
} finally {
  await browser.close();
  clearTimeout(deadline);
}
