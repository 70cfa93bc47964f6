// Opens each report in Chromium at four widths, light and dark, with scripts
// disabled, folded and unfolded, and prints one line for everything a careful
// designer would send back. Exits with 1 if there is any.
//
//   node check.mjs report.html…
//
// CHROMIUM names the browser; WIDTHS has other widths, with commas between;
// pictures go to the folder in SHOTS, if set.
import { chromium } from 'playwright-core';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';

const widths = process.env.WIDTHS ? process.env.WIDTHS.split(',').map(Number) : [360, 768, 1280, 1920];
const schemes = ['light', 'dark'];
const quiet = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];

// flaws runs in the page and lists what is wrong with its geometry.
function flaws() {
  const found = [];
  const root = document.documentElement;
  if (root.scrollWidth > window.innerWidth) found.push(`the page is ${root.scrollWidth} px wide`);

  const short = (s) => JSON.stringify(s.trim().slice(0, 40));
  const boxes = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!node.data.trim() || parent.closest('title, desc, style')) continue;
    if (!parent.checkVisibility({ contentVisibilityAuto: true, opacityProperty: true, visibilityProperty: true })) continue;
    const hidden = parent.closest('thead');
    if (hidden && getComputedStyle(hidden).clipPath !== 'none') continue; // there for screen readers
    const clamped = [];
    for (let e = parent; e; e = e.parentElement) {
      if (getComputedStyle(e).webkitLineClamp !== 'none') clamped.push(e.getBoundingClientRect());
    }
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const r of range.getClientRects()) {
      if (r.width < 1 || r.height < 1) continue;
      if (clamped.some((c) => r.bottom > c.bottom + 1 || r.right > c.right + 1)) continue; // ends in an ellipsis
      boxes.push({ node, parent, left: r.left, right: r.right, top: r.top + window.scrollY, bottom: r.bottom + window.scrollY });
    }
  }

  for (const b of boxes) {
    if (b.left < -0.5 || b.right > window.innerWidth + 0.5) found.push(`${short(b.node.data)} leaves the window`);
    for (let e = b.parent; e && e !== document.body; e = e.parentElement) {
      const style = getComputedStyle(e);
      const svg = e.tagName === 'svg';
      if (!svg && style.overflowX === 'visible' && style.overflowY === 'visible') continue;
      const r = e.getBoundingClientRect();
      const top = r.top + window.scrollY;
      if (b.left < r.left - 1 || b.right > r.right + 1 || b.top < top - 3 || b.bottom > top + r.height + 3) {
        found.push(`${short(b.node.data)} is cut by <${e.tagName.toLowerCase()} class="${e.getAttribute('class') ?? ''}">`);
      }
    }
  }

  for (const cell of document.querySelectorAll('td:not(.text), dd')) {
    const range = document.createRange();
    range.selectNodeContents(cell);
    const number = /^[$+<>–-]*[\d,.]+( ?(ms|%))?$/.test(range.toString().trim());
    const lines = [...range.getClientRects()].filter((r) => r.width > 1);
    if (number && lines.some((a) => lines.some((b) => a.top > b.bottom - 2))) {
      found.push(`the number ${short(range.toString())} is broken over lines`);
    }
  }

  // Boxes of text are taller than its letters, so a little overlap in height is none.
  boxes.sort((a, b) => a.top - b.top);
  for (let i = 0; i < boxes.length; i++) {
    const a = boxes[i];
    for (let j = i + 1; j < boxes.length && boxes[j].top < a.bottom; j++) {
      const b = boxes[j];
      if (a.node === b.node) continue;
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (wide > 1 && high > 0.3 * Math.min(a.bottom - a.top, b.bottom - b.top)) {
        found.push(`${short(a.node.data)} and ${short(b.node.data)} lie on each other`);
      }
    }
  }

  for (const e of document.querySelectorAll('svg.chart text')) {
    if (!e.checkVisibility()) continue;
    const size = parseFloat(getComputedStyle(e).fontSize) * e.getScreenCTM().a;
    if (size < 9) found.push(`${short(e.textContent)} in a chart is ${size.toFixed(1)} px high`);
  }
  if (boxes.length === 0) found.push('the page shows no text');
  return [...new Set(found)];
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: quiet });
let bad = 0;
for (const file of process.argv.slice(2)) {
  for (const width of widths) {
    for (const colorScheme of schemes) {
      const where = `${basename(file)} at ${width} px, ${colorScheme}`;
      const say = (what) => { bad++; console.log(`${where}: ${what}`); };
      const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, javaScriptEnabled: false });
      const page = await context.newPage();
      const url = pathToFileURL(file).href;
      page.on('console', (m) => say(`console: ${m.text()}`));
      page.on('pageerror', (e) => say(`error: ${e.message}`));
      page.on('request', (r) => { if (r.url() !== url && !r.url().startsWith('data:')) say(`asks for ${r.url().slice(0, 100)}`); });
      await page.goto(url);
      const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const light = background.match(/\d+/g).slice(0, 3).every((c) => +c > 127);
      if (light !== (colorScheme === 'light')) say(`has the background ${background}`);
      for (const folded of [true, false]) {
        if (!folded) await page.evaluate(() => { for (const d of document.querySelectorAll('details')) d.open = true; });
        for (const flaw of await page.evaluate(flaws)) say(flaw + (folded ? '' : ' (unfolded)'));
        if (process.env.SHOTS && folded) await page.screenshot({ path: `${process.env.SHOTS}/${basename(file)}-${width}-${colorScheme}.png`, fullPage: true });
      }
      await context.close();
    }
  }
}
await browser.close();
console.log(`${process.argv.length - 2} reports, ${bad} flaws`);
process.exit(bad ? 1 : 0);
