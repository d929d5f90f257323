/// What a payment's page loads beside itself: a script and a style of our own.
enum CheckoutAssets {
    /// Asks for the page again while the payment waits and puts what it says in place of what stands there; goes on
    /// when it has ended.
    static let script = Array(
        """
        "use strict";
        const pause = 3000;
        const main = () => document.querySelector("main");
        function wire() {
          const button = document.getElementById("copy");
          if (!button || !navigator.clipboard) return;
          button.hidden = false;
          button.onclick = () => navigator.clipboard.writeText(document.getElementById("code").textContent)
            .then(() => { button.textContent = "Copied"; });
        }
        async function look() {
          if (main().dataset.state === "ended") {
            const onward = document.getElementById("onward");
            if (onward) location.assign(onward.href);
            return;
          }
          try {
            const answer = await fetch(location.href, { cache: "no-store" });
            if (answer.ok) {
              const page = new DOMParser().parseFromString(await answer.text(), "text/html");
              const next = page.querySelector("main");
              if (next && next.innerHTML !== shown) {
                shown = next.innerHTML;
                main().replaceWith(next);
                wire();
              }
            }
          } catch (error) { /* The next look may find the server again. */ }
          setTimeout(look, pause);
        }
        let shown = main().innerHTML;
        wire();
        setTimeout(look, pause);

        """.utf8)

    static let style = Array(
        """
        :root { color-scheme: light dark; font: 1.0625rem/1.5 system-ui, sans-serif; }
        body { margin: 0; }
        main { max-width: 28rem; margin: 0 auto; padding: 1.5rem 1rem; }
        h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 1rem; }
        h2 { font-size: 1.125rem; margin: 1.5rem 0 0.5rem; }
        .state { font-weight: 600; border-inline-start: 0.25rem solid; padding-inline-start: 0.75rem; }
        .note { font-style: italic; }
        .code code { font: 700 2rem/1.2 ui-monospace, monospace; letter-spacing: 0.15em; }
        .number { font-variant-numeric: tabular-nums; white-space: nowrap; }
        button { font: inherit; min-height: 2.75rem; padding: 0 1rem; }
        a { font-weight: 600; }
        ul { padding-inline-start: 1.25rem; }

        """.utf8)
}
