// Opens each report in Chromium at four widths, light and dark, with scripts
// disabled, folded and unfolded, and prints one line for everything a careful
// designer would send back: geometry, messages, requests, what axe-core finds,
// check boxes that hide nothing, heads of columns that do not sort, and charts
// that paper would cut. Exits with 1
// if there is any.
//
//   node check.mjs report.html…
//
// CHROMIUM names the browser; WIDTHS has other widths, with commas between;
// RULES names the reports that axe-core looks at, where it is not to be all;
// pictures go to the folder in SHOTS, if set.
import { chromium } from 'playwright-core';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';

const widths = process.env.WIDTHS ? process.env.WIDTHS.split(',').map(Number) : [360, 768, 1280, 1920];
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const ruled = process.env.RULES?.split(',');
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
    const clamped = [];
    let hidden = false; // there for screen readers
    for (let e = parent; e; e = e.parentElement) {
      const style = getComputedStyle(e);
      hidden ||= style.clipPath === 'inset(50%)';
      if (style.webkitLineClamp !== 'none') clamped.push(e.getBoundingClientRect());
    }
    if (hidden) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    // Ranges do not know of the length that a text of a chart is fitted into.
    for (const r of parent.closest('svg') ? [parent.getBoundingClientRect()] : range.getClientRects()) {
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
    const number = /^[$+<>–−-]*[\d,.]+( ?(ms|%))?$/.test(range.toString().trim());
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

// rules runs axe-core, all of its rules, in a page that is light, those on
// contrast also where it is dark, and lists what they find. What is inside a
// chart is an image to a reader, and its contrast a test of package chart.
// axe-core waits by timers, which a page without scripts does not have.
async function rules(url) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(url);
  await page.evaluate(() => { for (const d of document.querySelectorAll('details')) d.open = true; });
  await page.evaluate(axe);
  const violations = [];
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme });
    const options = { resultTypes: ['violations'], preload: false, ...(colorScheme === 'dark' && { runOnly: ['color-contrast'] }) };
    const found = await page.evaluate((o) => window.axe.run({ include: [['html']], exclude: [['svg.chart > g'], ['svg.swatch']] }, o), options);
    violations.push(...found.violations);
  }
  await page.close();
  return violations.flatMap((v) => v.nodes.slice(0, 3).map((n) => `axe: ${v.id}: ${n.target.join(' ')}: ${(n.failureSummary ?? '').split('\n')[1] ?? v.help}`));
}

// hides sees that each check box hides its series, and shows it again.
async function hides(page) {
  const found = await page.evaluate(() => {
    const out = [];
    for (const box of document.querySelectorAll('figure input[type=checkbox]')) {
      const kind = [...box.classList].find((c) => c.startsWith('show-')).slice(5);
      const parts = [...box.closest('figure').querySelectorAll(`g.${CSS.escape(kind)}`)];
      const seen = () => parts.filter((g) => getComputedStyle(g).display !== 'none').length;
      const before = seen();
      box.click();
      const without = seen();
      box.click();
      if (before === 0 || without !== 0 || seen() !== before) out.push(`a check box hides ${before - without} of ${before} parts of a chart`);
    }
    return out;
  });
  return [...new Set(found)];
}

// sorts clicks on the head of each column, twice, and sees that the rows stand
// in the order of their ranks, and numbers in their own, then backwards, and at
// last as they were.
async function sorts(page) {
  const found = await page.evaluate(() => {
    const out = [];
    const number = (text) => parseFloat(text.replace(/[$,+×<>]/g, '').replace('−', '-'));
    for (const table of document.querySelectorAll('table.sorts')) {
      for (const [i, head] of [...table.querySelectorAll('thead th')].entries()) {
        for (const [way, sign] of [['up', 1], ['down', -1]]) {
          const button = head.querySelector(`input.${way}`);
          if (!button) continue;
          button.click();
          const rows = [...table.querySelectorAll('tbody tr')].map((tr) => ({
            top: tr.getBoundingClientRect().top, order: +getComputedStyle(tr).order, text: tr.children[i]?.textContent.trim() ?? '',
          })).sort((a, b) => a.top - b.top);
          const plain = rows.map((r) => r.text).filter((t) => t !== '–' && t !== '');
          const numbers = plain.every((t) => /^[$+−-]?[\d,.]+%?$/.test(t)) ? plain.map(number) : [];
          const fails = (list, least) => list.some((v, k) => k > 0 && v - list[k - 1] < least);
          const says = `sorted by ${JSON.stringify(head.textContent)}, ${way}, `;
          if (fails(rows.map((r) => r.top), 1)) out.push(`${says}rows lie beside each other`);
          if (fails(rows.map((r) => r.order), 0)) out.push(`${says}rows are not in their order`);
          if (fails(numbers.map((v) => sign * v), 0)) out.push(`${says}numbers are not in their order`);
          if (rows.every((r) => r.order === rows[0].order)) out.push(`${says}it sorts nothing`);
        }
      }
      table.querySelector('.unsorted').click();
      if ([...table.querySelectorAll('tbody tr')].some((tr) => getComputedStyle(tr).order !== '0')) out.push('a table does not go back to the order of the run');
    }
    return out;
  });
  return [...new Set(found)];
}

// printed lays the page out on A4 and lists charts that no page can hold, and
// what is too wide for one, then prints it, on as many pages as its length takes.
async function printed(page) {
  const found = [];
  await page.emulateMedia({ media: 'print' });
  await page.setViewportSize({ width: 718, height: 1047 });
  const figures = await page.evaluate(() => [...document.querySelectorAll('figure')].map((e) => [e.querySelector('title')?.textContent, e.getBoundingClientRect().height, getComputedStyle(e).breakInside]));
  for (const [title, height, inside] of figures) {
    if (height > 1047) found.push(`on paper the chart ${JSON.stringify(title)} is ${height.toFixed(0)} px high, more than a page`);
    if (inside !== 'avoid') found.push(`on paper the chart ${JSON.stringify(title)} may be cut`);
  }
  const [width, height] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]);
  if (width > 719) found.push(`on paper the page is ${width} px wide`); // 718, and what letters lean over
  const pdf = (await page.pdf({ format: 'A4', margin: { top: '10mm', bottom: '10mm', left: '10mm', right: '10mm' } })).toString('latin1');
  const pages = (pdf.match(/\/Type\s*\/Page[^s]/g) ?? []).length;
  if (pages < Math.floor(height / 1047)) found.push(`is printed on ${pages} pages, but is ${height} px high`);
  await page.emulateMedia({ media: 'screen' });
  return found;
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: quiet });
let bad = 0;
for (const file of process.argv.slice(2)) {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  const url = pathToFileURL(file).href;
  let where = basename(file);
  const say = (what) => { bad++; console.log(`${where}: ${what}`); };
  page.on('console', (m) => say(`console: ${m.text()}`));
  page.on('pageerror', (e) => say(`error: ${e.message}`));
  page.on('request', (r) => { if (r.url() !== url && !r.url().startsWith('data:')) say(`asks for ${r.url().slice(0, 100)}`); });
  await page.goto(url);
  for (const unfolded of [false, true]) {
    if (unfolded) await page.evaluate(() => { for (const d of document.querySelectorAll('details')) d.open = true; });
    for (const width of widths) {
      await page.setViewportSize({ width, height: 900 });
      for (const colorScheme of schemes) {
        where = `${basename(file)} at ${width} px, ${colorScheme}${unfolded ? ', unfolded' : ''}`;
        await page.emulateMedia({ colorScheme });
        const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        const light = background.match(/\d+/g).slice(0, 3).every((c) => +c > 127);
        if (light !== (colorScheme === 'light')) say(`has the background ${background}`);
        if (colorScheme === 'light') for (const flaw of await page.evaluate(flaws)) say(flaw); // colours move nothing
        if (process.env.SHOTS && !unfolded) await page.screenshot({ path: `${process.env.SHOTS}/${basename(file)}-${width}-${colorScheme}.png`, fullPage: true });
      }
    }
  }
  where = basename(file);
  if (!ruled || ruled.includes(basename(file, '.html'))) for (const flaw of await rules(url)) say(flaw);
  for (const flaw of await hides(page)) say(flaw);
  for (const width of new Set([widths.at(-1), widths[0]])) {
    where = `${basename(file)} at ${width} px`;
    await page.setViewportSize({ width, height: 900 });
    for (const flaw of await sorts(page)) say(flaw);
  }
  where = basename(file);
  for (const flaw of await printed(page)) say(flaw);
  await context.close();
}
await browser.close();
console.log(`${process.argv.length - 2} reports, ${bad} flaws`);
process.exit(bad ? 1 : 0);
