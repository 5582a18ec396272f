// The query page: an editor in place of the text box, answers without leaving the page, a stop that stops.
import { autocompletion, closeBrackets, completionKeymap, closeBracketsKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { sparql } from "codemirror-lang-sparql";

const form = document.getElementById("editor");
const box = document.getElementById("sparql");
const answer = document.getElementById("answer");
const state = document.getElementById("run-state");
const run = document.getElementById("run");
const KEPT = "biokg.queries";

const colours = HighlightStyle.define([
  { tag: tags.keyword, class: "cm-k" }, { tag: tags.comment, class: "cm-c" }, { tag: tags.string, class: "cm-s" },
  { tag: tags.number, class: "cm-n" }, { tag: tags.variableName, class: "cm-v" }, { tag: tags.url, class: "cm-i" },
  { tag: tags.namespace, class: "cm-p" },
]);

let vocabulary;
async function terms() {
  vocabulary ??= fetch("/api/terms").then((found) => found.json()).catch(() => ({ prefixes: {}, terms: [] }));
  return vocabulary;
}

async function complete(context) {
  const word = context.matchBefore(/[A-Za-z][\w-]*:[\w./-]*|<[^>\s]*|\b[A-Za-z]{2,}$/);
  if (!word || (word.from === word.to && !context.explicit)) return null;
  const text = word.text;
  if (text.startsWith("<") || text.startsWith("bki:")) {
    const wanted = text.replace(/^<|^bki:/, "").replace(/[/-]/g, " ");
    if (wanted.length < 2) return null;
    const hits = await fetch(`/api/search?q=${encodeURIComponent(wanted)}`).then((found) => found.json()).catch(() => []);
    return { from: word.from, filter: false, options: hits.map((h) => ({ label: `<${h.iri}>`, displayLabel: h.label, detail: h.kind })) };
  }
  const known = await terms();
  const options = text.includes(":")
    ? known.terms.map((t) => ({ label: t.curie, detail: t.label, info: t.definition || undefined, type: t.kind }))
    : Object.keys(known.prefixes).map((p) => ({ label: `${p}:`, detail: known.prefixes[p], type: "namespace" }));
  return { from: word.from, options, validFor: /^[\w:./-]*$/ };
}

const view = new EditorView({
  state: EditorState.create({
    doc: box.value,
    extensions: [
      lineNumbers(), history(), drawSelection(), indentOnInput(), bracketMatching(), closeBrackets(), highlightActiveLine(),
      EditorView.cspNonce.of(form.dataset.nonce || ""), EditorView.lineWrapping,
      EditorView.contentAttributes.of({ "aria-label": "SPARQL query", id: "sparql-editor" }),
      syntaxHighlighting(colours), sparql(), autocompletion({ override: [complete] }),
      keymap.of([{ key: "Mod-Enter", run: () => { ask(); return true; } }, ...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap]),
      EditorView.updateListener.of((update) => { if (update.docChanged) box.value = update.state.doc.toString(); }),
    ],
  }),
});
box.before(view.dom);
box.hidden = true;
document.querySelector("label[for=sparql]").addEventListener("click", () => view.focus());

let running;
function show(busy, text) {
  run.textContent = busy ? "Stop" : "Run";
  run.classList.toggle("primary", !busy);
  state.textContent = text;
}

function mark() {
  const at = answer.querySelector("[data-line]");
  const found = [];
  if (at) {
    const line = view.state.doc.line(Math.min(Math.max(Number(at.dataset.line), 1), view.state.doc.lines));
    const from = Math.min(line.from + Math.max(Number(at.dataset.column || 1) - 1, 0), line.to);
    found.push({ from, to: Math.max(from, Math.min(from + 1, line.to)), severity: "error", message: at.textContent.trim() });
    view.dispatch({ selection: { anchor: from }, scrollIntoView: true });
  }
  view.dispatch(setDiagnostics(view.state, found));
}

function keep(text) {
  const kept = JSON.parse(localStorage.getItem(KEPT) || "[]").filter((old) => old !== text);
  localStorage.setItem(KEPT, JSON.stringify([text, ...kept].slice(0, 20)));
  recall();
}

// The address is the whole state: what is asked, which layers are read, and how the answer is shown.
const shown = Object.fromEntries(["show", "x", "y"].map((name) => [name, new URLSearchParams(location.search).get(name) || ""]));

function fields() {
  const given = { query: box.value, view: form.elements.view.value, inferred: form.elements.inferred.value, timeout: form.elements.timeout.value, ...shown };
  const usual = { view: "all", inferred: "yes" };
  return Object.entries(given).filter(([name, value]) => value && value !== usual[name]);
}

async function ask(more = []) {
  if (running) { running.abort(); return; }
  running = new AbortController();
  const asked = fields();
  const started = performance.now();
  const clock = setInterval(() => show(true, `running, ${((performance.now() - started) / 1000).toFixed(1)} s`), 100);
  show(true, "running");
  try {
    const post = { method: "POST", body: new URLSearchParams([...asked, ...more, ["part", "answer"]]), signal: running.signal };
    const found = await fetch("/query", post);
    answer.innerHTML = await found.text();
    window.history.pushState({}, "", `/query?${new URLSearchParams(asked)}`);
    keep(box.value);
    show(false, `${((performance.now() - started) / 1000).toFixed(2)} s with the way here`);
    mark();
  } catch (error) {
    show(false, error.name === "AbortError" ? "stopped; nothing of it was answered" : `not reached: ${error.message}`);
  } finally {
    clearInterval(clock);
    running = undefined;
  }
}

answer.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-show], a[data-plan]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || running) return;
  event.preventDefault();
  const { show: way, plan } = link.dataset;
  if (way) Object.assign(shown, { show: way, x: "", y: "" });
  await ask(plan ? [["plan", plan]] : []);
  (plan ? document.getElementById("plan") : answer.querySelector(`a[data-show="${way}"]`))?.focus();
});
answer.addEventListener("submit", (event) => {
  if (!event.target.matches(".choose")) return;
  event.preventDefault();
  Object.assign(shown, Object.fromEntries([...new FormData(event.target)].filter(([name]) => name in shown)));
  ask();
});

function recall() {
  const kept = JSON.parse(localStorage.getItem(KEPT) || "[]");
  let list = document.getElementById("kept");
  if (!kept.length) return;
  if (!list) {
    const fold = document.createElement("details");
    fold.innerHTML = '<summary>Asked before, kept in this browser only</summary><ul id="kept"></ul><button type="button" id="forget">Forget them</button>';
    form.after(fold);
    list = document.getElementById("kept");
    document.getElementById("forget").addEventListener("click", () => { localStorage.removeItem(KEPT); fold.remove(); });
  }
  list.replaceChildren(...kept.map((text) => {
    const item = document.createElement("li");
    const link = document.createElement("button");
    link.type = "button";
    link.className = "link";
    link.textContent = text.replace(/PREFIX [^\n]*\n?/gi, "").replace(/\s+/g, " ").trim().slice(0, 110);
    link.addEventListener("click", () => { view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } }); view.focus(); });
    item.append(link);
    return item;
  }));
}

form.addEventListener("submit", (event) => { event.preventDefault(); ask(); });
terms();
window.addEventListener("popstate", () => window.location.reload());
mark();
recall();
