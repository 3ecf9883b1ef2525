// What makes the pages pleasanter. Every page works without it; it adds no text of its own: the words come from the
// server, in data- attributes, in the reader's language. It sets no inline style and runs nothing from a string, so
// that the strictest content security policy lets it run.
//
//   <input type="password" data-reveal="Show password" data-conceal="Hide password">
//   <input type="password" name="password" data-strength="/alias/password/strength">
//   <div class="strength" hidden data-strength-for="password"  data-levels="Very weak|Weak|Fair|Good|Strong"
//        data-met="met" data-unmet="not met yet" data-all-met="All rules are met" data-some-unmet="Rules not met yet:">
//     <meter class="meter" min="0" max="4" low="2" high="3" optimum="4"></meter>
//     <span data-strength-words></span> <span data-strength-advice></span>
//     <span class="visually-hidden" role="status" data-strength-live></span>
//   </div>
//   <ul class="rules"><li data-rule="min_length">At least 15 characters</li></ul>
//   <button type="button" hidden data-copy="#key" data-copied="Copied">Copy the key</button>
//   <button type="button" hidden data-print>Print</button>
//   <p class="notice" hidden role="status" data-idle-warning="1740">… <a href="…">Stay</a></p>
(() => {
  "use strict";

  const each = (selector, act) => document.querySelectorAll(selector).forEach(act);
  const say = (place, words) => {
    if (place && place.textContent !== words) place.textContent = words;
  };

  // A refused form is told first, to eyes and to screen readers.
  const summary = document.querySelector(".error-summary");
  if (summary) {
    if (!summary.hasAttribute("tabindex")) summary.setAttribute("tabindex", "-1");
    summary.focus();
  }

  // Show and hide what is typed, in place of typing it twice.
  each("input[type=password][data-reveal]", (input) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "reveal secondary outline";
    if (input.id) button.setAttribute("aria-controls", input.id);
    const show = (visible) => {
      input.type = visible ? "text" : "password";
      button.textContent = visible ? input.dataset.conceal || input.dataset.reveal : input.dataset.reveal;
    };
    button.addEventListener("click", () => {
      show(input.type === "password");
      input.focus();
    });
    show(false);
    input.autocapitalize = "off";
    input.spellcheck = false;
    input.insertAdjacentElement("afterend", button);
    // Password managers and the browser's own store look for a password field when the form leaves.
    if (input.form) input.form.addEventListener("submit", () => show(false));
  });

  // The server's own judgement of a new password, while it is typed.
  each("input[data-strength]", (input) => {
    const form = input.form;
    const place = document.querySelector(`[data-strength-for="${CSS.escape(input.id || input.name)}"]`);
    const part = (selector) => (place ? place.querySelector(selector) : null);
    const meter = part("meter");
    const words = part("[data-strength-words]");
    const advice = part("[data-strength-advice]");
    const live = part("[data-strength-live]");
    const levels = place && place.dataset.levels ? place.dataset.levels.split("|") : [];
    const rules = Array.from((form || document).querySelectorAll("li[data-rule]"), (item) => ({
      item,
      id: item.dataset.rule,
      text: item.textContent.trim(),
      state: item.appendChild(Object.assign(document.createElement("span"), { className: "visually-hidden" })),
    }));
    let timer = 0;
    let asking = null;

    const forget = () => {
      if (place) place.hidden = true;
      for (const rule of rules) {
        rule.item.classList.remove("met", "unmet");
        say(rule.state, "");
      }
      say(live, "");
    };

    const tell = ({ score, unmet, advice: hint }) => {
      const missing = new Set(Array.isArray(unmet) ? unmet : []);
      const level = levels[score] || "";
      const labels = place ? place.dataset : {};
      for (const rule of rules) {
        const met = !missing.has(rule.id);
        rule.item.classList.toggle("met", met);
        rule.item.classList.toggle("unmet", !met);
        const label = met ? labels.met : labels.unmet;
        say(rule.state, label ? ` (${label})` : "");
      }
      if (!place) return;
      place.hidden = false;
      if (meter) {
        meter.value = score;
        meter.textContent = level;
      }
      say(words, level);
      say(advice, hint || "");
      const open = rules.filter((rule) => missing.has(rule.id)).map((rule) => rule.text);
      const verdict = open.length ? `${labels.someUnmet || ""} ${open.join(", ")}` : labels.allMet || "";
      say(live, [level, verdict.trim()].filter(Boolean).join(". "));
    };

    const ask = async () => {
      if (asking) asking.abort();
      if (!input.value) {
        forget();
        return;
      }
      const mine = new AbortController();
      asking = mine;
      const field = (name) => {
        const found = form && form.elements.namedItem(name);
        return found && typeof found.value === "string" ? found.value : "";
      };
      const typed = input.value;
      try {
        const answer = await fetch(input.dataset.strength, {
          method: "POST",
          body: new URLSearchParams({
            password: typed,
            email: field("email"),
            name: field("name"),
            csrf_token: field("csrf_token"),
          }),
          headers: { Accept: "application/json" },
          credentials: "same-origin",
          cache: "no-store",
          redirect: "error",
          signal: mine.signal,
        });
        if (!answer.ok) throw new Error(String(answer.status));
        const judgement = await answer.json();
        // An answer about what no longer stands in the field says nothing.
        if (asking === mine && input.value === typed) tell(judgement);
      } catch {
        // The meter is a courtesy; without an answer it withdraws, and the server judges when the form is sent.
        if (asking === mine) forget();
      }
    };

    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(ask, 300);
    });
  });

  // Copy the text of another element, or a text given outright.
  each("[data-copy]", (button) => {
    if (!navigator.clipboard) return;
    button.hidden = false;
    const label = button.textContent;
    let timer = 0;
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", async () => {
      const given = button.dataset.copy;
      const source = given.startsWith("#") ? document.getElementById(given.slice(1)) : null;
      const text = source ? ("value" in source ? source.value : source.innerText) : given;
      try {
        await navigator.clipboard.writeText(text.trim());
      } catch {
        return;
      }
      say(button, button.dataset.copied || label);
      clearTimeout(timer);
      timer = setTimeout(() => say(button, label), 2000);
    });
  });

  each("[data-print]", (button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });

  // A form leaves once: a second click would do the work twice, and lose what the first answer shows only once. The button
  // is put out of use after the form has left, so that its own name and value go along; a page that comes back is ready.
  each("form[method=post]", (form) => {
    const buttons = Array.from(form.querySelectorAll("button[type=submit]"));
    let left = false;
    form.addEventListener("submit", (event) => {
      if (left) {
        event.preventDefault();
        return;
      }
      left = true;
      setTimeout(() => {
        for (const button of buttons) button.disabled = true;
      });
    });
    window.addEventListener("pageshow", () => {
      left = false;
      for (const button of buttons) button.disabled = false;
    });
  });

  // The session is about to end for idleness: say so while there is time to stay. Loading any page starts it anew.
  each("[data-idle-warning]", (warning) => {
    const seconds = Number(warning.dataset.idleWarning);
    if (!(seconds > 0)) return;
    setTimeout(() => {
      warning.hidden = false;
    }, seconds * 1000);
  });

  // The avatar menu closes by Escape and by a click elsewhere, like every menu.
  each("details.avatar-menu", (menu) => {
    document.addEventListener("click", (event) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      const opener = menu.querySelector("summary");
      if (opener) opener.focus();
    });
  });
})();
