// Takes the picture of a report that the README shows: its upper part, light.
//
//   node picture.mjs report.html front-doors.png
import { chromium } from 'playwright-core';
import { pathToFileURL } from 'node:url';

const [report, picture] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
const page = await browser.newPage({ viewport: { width: 1160, height: 800 }, colorScheme: 'light', javaScriptEnabled: false, deviceScaleFactor: 1.5 });
await page.goto(pathToFileURL(report).href);
const end = await page.evaluate(() => {
  const last = document.querySelector('#latency figure') ?? document.querySelector('#answer');
  return last.getBoundingClientRect().bottom + window.scrollY + 8;
});
await page.screenshot({ path: picture, fullPage: true, clip: { x: 0, y: 0, width: 1160, height: end } });
await browser.close();
