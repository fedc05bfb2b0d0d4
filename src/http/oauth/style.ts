import { createHash } from 'node:crypto';

/** Of every page here. It loads nothing: no font, no picture. Colours have a contrast of 4.5 and more. */
export const style = `
:root { color-scheme: light dark; --back: #f3f4f7; --card: #fff; --text: #1b2330; --soft: #566074; --line: #c3c9d4;
  --own: #1f5fd0; --own-text: #fff; --bad: #b3261e; --bad-back: #fdeceb; }
@media (prefers-color-scheme: dark) {
  :root { --back: #12161d; --card: #1c222c; --text: #e8ebf1; --soft: #a3adbf; --line: #465064; --own: #8ab4ff;
    --own-text: #0c1a33; --bad: #ffb4ab; --bad-back: #3d1f1d; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem 1rem; background: var(--back);
  color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
main { width: 100%; max-width: 27rem; padding: 2rem; background: var(--card); border: 1px solid var(--line);
  border-radius: 12px; overflow-wrap: anywhere; }
h1 { margin: 0 0 .75rem; font-size: 1.375rem; line-height: 1.3; text-wrap: balance; }
p, ul { margin: 0 0 1rem; }
ul { padding-left: 1.25rem; }
.place { margin: 0 0 .25rem; color: var(--soft); font-size: .875rem; font-weight: 600; }
.hint, footer { color: var(--soft); font-size: .875rem; }
.hint { margin: .375rem 0 0; }
.problem { padding: .625rem .875rem; border-radius: 8px; border-left: 4px solid var(--bad); background: var(--bad-back);
  color: var(--bad); }
label { display: block; margin: 0 0 .25rem; font-weight: 600; }
.field { margin: 0 0 1.125rem; }
input { width: 100%; padding: .625rem .75rem; border: 1px solid var(--soft); border-radius: 8px; background: var(--card);
  color: inherit; font: inherit; }
input[aria-invalid=true] { border-color: var(--bad); }
.buttons { display: flex; gap: .75rem; margin: 1.5rem 0; }
button { flex: 1; padding: .625rem 1rem; border: 1px solid var(--own); border-radius: 8px; background: none;
  color: var(--own); font: inherit; font-weight: 600; cursor: pointer; }
button[value=allow] { background: var(--own); color: var(--own-text); }
button:hover { text-decoration: underline; }
:focus-visible { outline: 3px solid var(--own); outline-offset: 2px; }
footer { padding-top: 1rem; border-top: 1px solid var(--line); }
footer p { margin: 0; }
code { font: .9375em ui-monospace, monospace; }
`;

/** How the Content-Security-Policy names it. */
export const styleSource = `'sha256-${createHash('sha256').update(style).digest('base64')}'`;
