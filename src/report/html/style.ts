/** How a report looks: light, dark and on paper. Colours of text keep a contrast of 4.5 to 1 on what is behind them. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #ffffff; --text: #1c2126; --faint: #565f69; --line: #d4dae0; --raised: #f4f6f8; --link: #0b5cad;
  --good: #17692b; --changed: #7a5200; --bad: #b3261e; --warn: #8b3a9e; --skipped: #0f6a75;
  --bar-ok: #63b57a; --bar-changed: #d9a520; --bar-bad: #d8463c; --bar-doubt: #a64fbd; --bar-undone: #4d8fd6; --bar-skipped: #b6c0ca;
  --plus: #e2f4e6; --minus: #fbe6e4;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14181c; --text: #e6eaee; --faint: #a4afba; --line: #38424c; --raised: #1e242a; --link: #7ab8ff;
    --good: #74d48c; --changed: #e8bf56; --bad: #ff8f86; --warn: #dba2ea; --skipped: #6fcdd8;
    --bar-ok: #3f8f57; --bar-changed: #b98a14; --bar-bad: #d8554b; --bar-doubt: #a95fc0; --bar-undone: #4b86c4; --bar-skipped: #55616d;
    --plus: #17331f; --minus: #421f1d;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem clamp(1rem, 3vw, 3rem) 4rem; max-width: 90rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: break-word; }
h1 { margin: 0 0 .25rem; font-size: 1.6rem; line-height: 1.25; }
h2 { margin: 2.5rem 0 .75rem; font-size: 1.25rem; border-bottom: 1px solid var(--line); padding-bottom: .25rem; }
h3 { margin: 1.5rem 0 .5rem; font-size: 1rem; color: var(--faint); }
a { color: var(--link); }
code, pre, .host { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: .875rem; }
pre { margin: .5rem 0; padding: .6rem .8rem; background: var(--raised); border: 1px solid var(--line); border-radius: .3rem;
  white-space: pre-wrap; max-height: 30rem; overflow: auto; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: .2rem; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: .5rem; background: var(--page); padding: .5rem; z-index: 1; }
.lead { margin: 0; color: var(--faint); }
.verdict { display: inline-block; margin: .75rem 0 0; padding: .35rem .8rem; border: 2px solid; border-radius: .3rem; font-weight: 600; }
.good { color: var(--good); } .changed { color: var(--changed); } .bad { color: var(--bad); }
.warn { color: var(--warn); } .skipped { color: var(--skipped); } .faint { color: var(--faint); }
dl { display: grid; grid-template-columns: minmax(8rem, max-content) 1fr; gap: .3rem 1.25rem; margin: 1rem 0; }
dt { color: var(--faint); } dd { margin: 0; }
table { border-collapse: collapse; width: 100%; font-size: .9375rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line); }
th { color: var(--faint); font-weight: 600; }
thead th { white-space: nowrap; }
th .faint { font-weight: 400; }
td.value { min-width: 6rem; overflow-wrap: anywhere; }
dd, p, summary { overflow-wrap: anywhere; }
td.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
.wide { overflow-x: auto; }
.hosts td.time { width: 55%; min-width: 16rem; }
svg.lane { display: block; width: 100%; height: 1.1rem; background: var(--raised); }
svg.axis { display: block; width: 100%; height: 1.3rem; }
svg text { fill: var(--faint); font: .75rem system-ui, sans-serif; }
.b-ok { fill: var(--bar-ok); } .b-changed { fill: var(--bar-changed); } .b-bad { fill: var(--bar-bad); }
.b-doubt { fill: var(--bar-doubt); } .b-undone { fill: var(--bar-undone); } .b-skipped { fill: var(--bar-skipped); }
.b-pause { fill: var(--line); } .b-silent { fill: var(--bad); }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: .75rem 0; padding: 0; list-style: none; font-size: .875rem; }
.legend svg { width: .8rem; height: .8rem; vertical-align: -.05rem; margin-right: .4rem; }
details { border-bottom: 1px solid var(--line); }
details details { border: 0; margin-left: 1.25rem; }
summary { cursor: pointer; padding: .35rem 0; }
summary .name { font-weight: 600; }
.body { padding: 0 0 .75rem 1.25rem; }
.diff { white-space: pre-wrap; } .diff span { display: block; }
.diff .plus { background: var(--plus); } .diff .minus { background: var(--minus); }
.controls { display: flex; flex-wrap: wrap; gap: .75rem; align-items: center; margin: 1rem 0; }
.controls input, .controls button { font: inherit; color: inherit; background: var(--raised); border: 1px solid var(--faint);
  border-radius: .3rem; padding: .35rem .7rem; }
[hidden] { display: none !important; }
@media (max-width: 40rem) {
  dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .6rem; }
  .body, details details { padding-left: 0; margin-left: .6rem; }
}
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  .controls, .skip { display: none; }
  pre { max-height: none; border-color: #999; }
  h2 { break-after: avoid; } tr, summary { break-inside: avoid; }
  svg.lane, .diff .plus, .diff .minus, .legend svg { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
