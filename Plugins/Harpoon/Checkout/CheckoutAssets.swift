/// What a payment's page loads beside itself: a script and a style of our own.
enum CheckoutAssets {
    /// Copies the code, counts the time down, and asks for the page again while the payment waits: what it says takes
    /// the place of what stands there once the payment is in another state. Goes on when it has ended.
    static let script = Array(
        """
        "use strict";
        const pause = () => document.hidden ? 15000 : 3000;
        const onwardAfter = 4000;
        const main = () => document.querySelector("main");
        function wire() {
          const button = document.getElementById("copy");
          if (button && navigator.clipboard) {
            button.hidden = false;
            button.onclick = () => navigator.clipboard.writeText(document.getElementById("code").textContent)
              .then(() => { button.textContent = "Copied"; });
          }
          const onward = document.getElementById("onward");
          if (onward && main().dataset.ended) setTimeout(() => location.assign(onward.href), onwardAfter);
        }
        function count() {
          const left = document.getElementById("left");
          if (!left) return;
          const minutes = Math.max(0, Math.ceil((left.dataset.ends * 1000 - Date.now()) / 60000));
          left.textContent = minutes >= 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${minutes} min`;
        }
        async function look() {
          if (main().dataset.ended) return;
          try {
            const answer = await fetch(location.href, { cache: "no-store" });
            if (answer.ok) {
              const page = new DOMParser().parseFromString(await answer.text(), "text/html");
              const next = page.querySelector("main");
              if (next && next.dataset.state !== main().dataset.state) {
                main().replaceWith(next);
                document.title = page.title;
                document.getElementById("news").textContent = document.getElementById("state").textContent;
                wire();
              }
            }
          } catch (error) { /* The next look may find the server again. */ }
          count();
          setTimeout(look, pause());
        }
        wire();
        setTimeout(look, pause());

        """.utf8)

    /// Each text colour has 4.5:1 at least on what it stands on, edges 3:1, in both themes (WCAG 2.2, 1.4.3 and
    /// 1.4.11).
    static let style = Array(
        """
        :root {
          color-scheme: light dark;
          --canvas: light-dark(#f3f4f7, #0e1116); --paper: light-dark(#ffffff, #15191f);
          --hover: light-dark(#f0f2f6, #1c2129); --line: light-dark(#e2e5eb, #2a303a);
          --edge: light-dark(#828c9b, #727d8d); --ink: light-dark(#161a20, #e8ebf0);
          --ink-2: light-dark(#454e5b, #b4bcc8); --ink-3: light-dark(#5f6978, #95a0af);
          --accent-fill: light-dark(#2348b0, #3d63cf); --ok: light-dark(#0b6e54, #5fd1ac);
          --warn: light-dark(#8a5200, #edb95e); --ok-wash: light-dark(#e2f4ee, #12302a);
          --warn-wash: light-dark(#fdf1dc, #3a2b10); --red: light-dark(#b02a14, #ff8d75);
          --blue: light-dark(#6d8fd6, #5f80c9); --focus: light-dark(#2348b0, #b9ccff);
          --mono: ui-monospace, "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
        }
        *, ::before, ::after { box-sizing: border-box }
        body { display: grid; justify-items: center; align-content: start; min-height: 100dvh; margin: 0;
          padding-bottom: 2rem; background: var(--canvas); color: var(--ink);
          font: 1rem/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
          font-variant-numeric: tabular-nums }
        h1, h2, p, ol, dl, dd { margin: 0; padding: 0 }
        ol { list-style: none }
        [hidden] { display: none !important }
        :focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; border-radius: 3px }
        main { width: min(27rem, 100%); background: var(--paper); overflow: clip;
          box-shadow: 0 1px 2px #1018281a, 0 8px 28px #10182824 }
        main::before { content: ""; display: block; height: 6px; background: repeating-linear-gradient(-45deg,
          var(--red) 0 10px, var(--paper) 10px 16px, var(--blue) 16px 26px, var(--paper) 26px 32px) }
        main > div { display: grid; gap: 1rem; padding: 1.5rem }
        .quiet { color: var(--ink-2); overflow-wrap: anywhere }
        .small { font-size: .875rem }
        .nowrap { white-space: nowrap }
        .hush { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
        .note { padding: .5rem .75rem; border: 1px solid var(--edge); border-radius: 6px }
        .amount { font-size: 2.5rem; font-weight: 650; letter-spacing: -.03em; line-height: 1.1 }
        .amount small { font-size: 1.125rem; font-weight: 500; letter-spacing: 0; color: var(--ink-2) }
        .code-box { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: .5rem; align-items: center;
          padding: .75rem 1rem; border: 1.5px dashed var(--edge); border-radius: 6px }
        .code-box code { display: block; font: 650 1.875rem/1.2 var(--mono); letter-spacing: .14em }
        .code-box small { color: var(--ink-2); font-size: .875rem }
        .button { display: inline-flex; align-items: center; justify-content: center; min-height: 2.75rem;
          padding: 0 .75rem; border: 1px solid var(--edge); border-radius: 6px; background: none; color: inherit;
          font: inherit; font-weight: 550; text-decoration: none; cursor: pointer }
        .main-action { border-color: var(--accent-fill); background: var(--accent-fill); color: #fff }
        .networks { border: 1px solid var(--line); border-radius: 6px }
        .networks details + details { border-top: 1px solid var(--line) }
        .networks summary { display: flex; align-items: center; min-height: 3rem; padding: 0 1rem; font-weight: 600;
          cursor: pointer }
        .networks summary::after { content: ""; width: .5rem; height: .5rem; margin-left: auto; rotate: 45deg;
          border: solid currentColor; border-width: 0 1.5px 1.5px 0 }
        .networks [open] summary::after { rotate: 225deg }
        .networks ol { display: grid; gap: .5rem; padding: 0 1rem 1rem; counter-reset: step }
        .networks li { display: grid; grid-template-columns: 1.5rem minmax(0, 1fr); counter-increment: step }
        .networks li::before { content: counter(step); color: var(--ink-3) }
        .state { display: flex; align-items: center; gap: .5rem; padding: .5rem .75rem; border-radius: 6px;
          background: var(--hover) }
        .state svg { flex: none; width: 1.25rem; height: 1.25rem; fill: none; stroke: currentColor;
          stroke-width: 1.5; stroke-linecap: round; stroke-linejoin: round }
        .state.ok { background: var(--ok-wash) } .state.ok svg { color: var(--ok) }
        .state.warn { background: var(--warn-wash) } .state.warn svg { color: var(--warn) }
        .state h1 { font-size: 1.125rem; line-height: 1.3 }
        .facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .25rem 1rem }
        .facts dt { color: var(--ink-3) }
        .facts dd { overflow-wrap: anywhere }
        @media (min-width: 28rem) { body { padding-top: 6vh } main { border-radius: 10px } }

        """.utf8)
}
