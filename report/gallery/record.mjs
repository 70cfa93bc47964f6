// Records a command in a terminal of its own as an animated SVG, without fonts, scripts
// or anything else from elsewhere. Where less motion is wanted the last screen stands
// still. It needs tmux, which makes screens of what the command writes.
//
//   node record.mjs recording.svg SECONDS DIR 'shown command' 'command that is run'
//
// It exits with the status of the command and writes nothing unless that is 0.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [picture, length, dir, shown, command] = process.argv.slice(2);
const [columns, rows, every, hold] = [100, 36, 150, 5]; // every: ms between looks; hold: s that the last screen stays
const work = mkdtempSync(join(tmpdir(), 'record-'));
const tmux = (...args) => execFileSync('tmux', ['-f', '/dev/null', '-S', join(work, 'socket'), ...args], { encoding: 'utf8' });
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const ended = join(work, 'status');

// What the terminal showed, and when: the lines of each screen that differs from the one before.
const screens = [];
try {
  tmux('new-session', '-d', '-x', String(columns), '-y', String(rows), '-c', dir, 'cat'); // waits for a line
  tmux('set-option', '-g', 'status', 'off');
  tmux('set-option', '-g', 'remain-on-exit', 'on');
  const script = `clear; printf '$ %s\\n' '${shown.replaceAll("'", "'\\''")}'; ${command}; echo $? >${ended}.new; mv ${ended}.new ${ended}; sleep 2`;
  tmux('respawn-pane', '-k', '-c', dir, script);
  const began = Date.now();
  for (let over = false; !over; ) {
    over = existsSync(ended);
    const lines = tmux('capture-pane', '-e', '-p').replace(/\n$/, '').split('\n').map((line) => line.trimEnd());
    const at = (Date.now() - began) / 1000;
    if (at > 300) throw new Error('the command runs for more than 300 s');
    if (screens.length === 0 || lines.join('\n') !== screens.at(-1).lines.join('\n')) screens.push({ at, lines });
    if (!over) await wait(every);
  }
} finally {
  try { tmux('kill-server'); } catch { /* it has ended */ }
}
const status = existsSync(ended) ? Number(readFileSync(ended, 'utf8')) : 1;
rmSync(work, { recursive: true, force: true });
if (status !== 0) process.exit(status);

// Times of the picture: all of the run in what the last screen leaves.
const took = screens.at(-1).at;
const speed = Math.max(1, took / (Number(length) - hold));
const total = took / speed + hold;
const share = (at) => Number(((100 * at) / speed / total).toFixed(2));

const palette = ['#2b333b', '#ff9d93', '#6fd8a3', '#f2c063', '#7cc4f0', '#d9a6e8', '#7fd6d2', '#d5dae0', '#8b96a1', '#ff9d93', '#6fd8a3', '#f2c063', '#7cc4f0', '#d9a6e8', '#7fd6d2', '#ffffff'];
const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

// indexed is a color of the terminal's 256.
function indexed(n) {
  if (n < 16) return palette[n];
  if (n >= 232) { const v = 8 + 10 * (n - 232); return `rgb(${v},${v},${v})`; }
  const part = (v) => (v === 0 ? 0 : 55 + 40 * v);
  return `rgb(${part(Math.floor((n - 16) / 36))},${part(Math.floor((n - 16) / 6) % 6)},${part((n - 16) % 6)})`;
}

// parts are a line's texts with their styles; a style is fill, weight and underline.
function parts(line) {
  const out = [];
  let style = {};
  for (const piece of line.split(/(\x1b\[[0-9;:]*m)/)) {
    const codes = /^\x1b\[([0-9;:]*)m$/.exec(piece);
    if (!codes) {
      const text = piece.replace(/\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()][A-Z0-9]|[\x00-\x1f]/g, '');
      if (text) out.push({ text, ...style });
      continue;
    }
    const all = codes[1].split(/[;:]/).map(Number);
    for (let i = 0; i < all.length; i++) {
      const c = all[i];
      if (c === 0) style = {};
      else if (c === 1) style = { ...style, bold: true };
      else if (c === 2) style = { ...style, faint: true };
      else if (c === 22) style = { ...style, bold: false, faint: false };
      else if (c >= 30 && c <= 37) style = { ...style, fill: palette[c - 30] };
      else if (c >= 90 && c <= 97) style = { ...style, fill: palette[c - 82] };
      else if (c === 39) style = { ...style, fill: undefined };
      else if (c === 38 && all[i + 1] === 5) { style = { ...style, fill: indexed(all[i + 2]) }; i += 2; }
      else if (c === 38 && all[i + 1] === 2) { style = { ...style, fill: `rgb(${all[i + 2]},${all[i + 3]},${all[i + 4]})` }; i += 4; }
      else if (c === 48) i += all[i + 1] === 5 ? 2 : 4; // backgrounds stay as they are
    }
  }
  return out;
}

const [wide, high, left, top] = [8.43, 19, 18, 58]; // of a character at 14 px; where the first stands

// A span of a row is a line from the screen on which it appeared to the one where it was replaced.
const spans = [];
for (let row = 0; row < rows; row++) {
  let open;
  for (const [i, screen] of [...screens, undefined].entries()) {
    const line = screen?.lines[row] ?? '';
    if (open && (!screen || line !== open.line)) { spans.push({ ...open, to: screen ? i : undefined }); open = undefined; }
    if (screen && !open && line) open = { row, line, from: i };
  }
}
const used = 1 + Math.max(...spans.map((s) => s.row));
const classes = new Map(); // by from and to
let body = '';
for (const s of spans) {
  const key = `${s.from}-${s.to ?? 'end'}`;
  if (!classes.has(key)) classes.set(key, { name: `s${classes.size}`, ...s });
  let column = 0;
  let text = '';
  for (const p of parts(s.line)) {
    const length = [...p.text].length;
    const lead = p.text.length - p.text.trimStart().length;
    const letters = p.text.trim();
    if (letters) {
      const style = `${p.fill ? ` fill="${p.fill}"` : p.faint ? ' fill="#8b96a1"' : ''}${p.bold ? ' font-weight="700"' : ''}`;
      const n = [...letters].length;
      text += `<tspan x="${(left + wide * (column + lead)).toFixed(1)}" textLength="${(wide * n).toFixed(1)}"${style}>${escaped(letters)}</tspan>`;
    }
    column += length;
  }
  if (text) body += `<text class="${classes.get(key).name}${s.to === undefined ? ' last' : ''}" y="${top + high * s.row}">${text}</text>\n`;
}
let style = '';
for (const c of classes.values()) {
  const from = share(screens[c.from].at);
  const to = c.to === undefined ? 100 : share(screens[c.to].at);
  if (c.from === 0 && c.to === undefined) continue;
  style += `@keyframes ${c.name}{0%{visibility:${from > 0 ? 'hidden' : 'visible'}}${from > 0 ? `${from}%{visibility:visible}` : ''}${to < 100 ? `${to}%{visibility:hidden}` : ''}100%{visibility:${to < 100 ? 'hidden' : 'visible'}}}\n`;
  style += `.${c.name}{animation:${c.name} ${total.toFixed(1)}s step-end infinite}\n`;
}
const [width, height] = [Math.ceil(2 * left + wide * columns), top + high * used + 4];
const title = speed > 1.05 ? `${shown} (played ${speed.toFixed(1)} times as fast)` : shown;
const last = screens.at(-1).lines.map((line) => parts(line).map((p) => p.text).join('')).join('\n').trimEnd();
writeFileSync(picture, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title desc">
<title id="title">${escaped(title)}</title>
<desc id="desc">${escaped(last)}</desc>
<style>
text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace;fill:#d5dae0;white-space:pre;visibility:hidden}
.last,.bar{visibility:visible}
@media (prefers-reduced-motion: no-preference){
${style}}
</style>
<rect width="100%" height="100%" rx="10" fill="#161b20"/>
<circle cx="22" cy="20" r="5.5" fill="#59626d"/><circle cx="40" cy="20" r="5.5" fill="#59626d"/><circle cx="58" cy="20" r="5.5" fill="#59626d"/>
<text class="bar" x="${width / 2}" y="25" text-anchor="middle" style="fill:#a4aeb9">${escaped(title)}</text>
${body}</svg>
`);
