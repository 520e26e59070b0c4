// SPDX-License-Identifier: MIT
#include "tools/profile/html_style.h"

namespace tensorfs {

// --c1 … --c7 have a contrast of at least 3 to the page, texts one of at least 4.5.
const std::string_view kHtmlStyle = R"css(
:root {
  color-scheme: light dark;
  --page: #ffffff; --card: #f5f7f9; --text: #1b1f24; --soft: #57606a; --line: #d5dae0;
  --accent: #0b6e4f; --on-accent: #e8f5ef;
  --c0: #8a929b; --c1: #0072b2; --c2: #d45500; --c3: #008866; --c4: #b0307f; --c5: #8a6d00;
  --c6: #6a51c4; --c7: #c62828;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171a; --card: #1d2227; --text: #e6e9ec; --soft: #a3acb5; --line: #3a424a;
    --accent: #57d3a5; --on-accent: #17352a;
    --c0: #828b94; --c1: #4fa8e8; --c2: #ff8f4a; --c3: #3ccfa4; --c4: #ef7fc0; --c5: #d8b93f;
    --c6: #a997ff; --c7: #ff7b72;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 62rem; background: var(--page);
  color: var(--text); font: 16px/1.5 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
}
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .75rem; }
h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
.soft, figcaption, caption { color: var(--soft); }
code, pre { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .9em; }
pre { background: var(--card); padding: .75rem 1rem; border-radius: 6px; overflow-x: auto; }
.verdict {
  background: var(--on-accent); border-left: 5px solid var(--accent); border-radius: 6px;
  padding: 1rem 1.25rem; margin: 1.25rem 0;
}
.verdict p { margin: .25rem 0; }
.verdict .form { font-size: 1.35rem; font-weight: 650; color: var(--accent); }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .75rem; }
.facts div { background: var(--card); border-radius: 6px; padding: .6rem .9rem; }
.facts dt { color: var(--soft); font-size: .85rem; }
.facts dd { margin: 0; font-size: 1.2rem; font-weight: 600; }
dl.plain { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.25rem; }
dl.plain dt { color: var(--soft); }
dl.plain dd { margin: 0; overflow-wrap: anywhere; }
.lessons { list-style: none; padding: 0; }
.lessons li { border-top: 1px solid var(--line); padding: .6rem 0; }
.lessons .holds { font-weight: 650; color: var(--accent); }
.lessons .fails { font-weight: 650; color: var(--c2); }
figure { margin: 0 0 1.5rem; }
figure .picture { overflow-x: auto; }
figcaption { font-size: .9rem; margin-top: .35rem; }
figcaption b { color: var(--text); }
.legend {
  display: flex; flex-wrap: wrap; gap: .15rem 1.1rem; list-style: none; margin: .25rem 0 0;
  padding: 0; font-size: .85rem;
}
.legend svg { width: 16px; height: 16px; min-width: 0; vertical-align: -3px; margin-right: .35rem;
  display: inline-block; }
svg { display: block; width: 100%; min-width: 34rem; height: auto;
  font: 13px system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
svg text { fill: var(--text); }
svg .tick, svg .guide-label { fill: var(--soft); font-size: 11px; }
svg .axis { fill: var(--soft); }
svg .name { font-size: 12px; }
svg .best { font-weight: 700; }
svg .name, svg .guide-label { paint-order: stroke; stroke: var(--page); stroke-width: 3px;
  stroke-linejoin: round; }
svg .grid { stroke: var(--line); stroke-width: 1; opacity: .6; }
svg .frame { fill: none; stroke: var(--line); }
svg .guide { fill: none; stroke: var(--soft); stroke-width: 1; stroke-dasharray: 1.5 3.5; }
svg .balance { fill: none; stroke: var(--soft); stroke-width: 1.5; stroke-dasharray: 6 4; }
svg .front { fill: none; stroke: var(--accent); stroke-width: 2; opacity: .55; }
svg .leader { stroke: var(--soft); stroke-width: .75; }
svg .ring { fill: none; stroke: var(--accent); stroke-width: 2.5; }
svg .marker { stroke: var(--page); stroke-width: 1; }
svg .bar { stroke: var(--page); stroke-width: 1; }
svg .faint { opacity: .35; }
.f0 { fill: var(--c0); } .f1 { fill: var(--c1); } .f2 { fill: var(--c2); } .f3 { fill: var(--c3); }
.f4 { fill: var(--c4); } .f5 { fill: var(--c5); } .f6 { fill: var(--c6); } .f7 { fill: var(--c7); }
.scroll { overflow-x: auto; margin: 0 0 1.5rem; }
table { border-collapse: collapse; font-size: .85rem; width: 100%; }
caption { text-align: left; padding: .25rem 0; font-size: .9rem; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line);
  white-space: nowrap; font-weight: 400; }
thead th { color: var(--soft); font-weight: 600; vertical-align: bottom; white-space: normal; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
tr.best th, tr.best td { background: var(--on-accent); font-weight: 600; }
tr.faint th, tr.faint td { color: var(--soft); }
@media print { body { max-width: none; } .scroll, figure .picture { overflow: visible; } }
)css";

}  // namespace tensorfs
