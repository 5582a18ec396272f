// On every page: copy buttons on code, "/" to search. Everything works without this file.
import "./fonts.css";

for (const block of document.querySelectorAll("pre")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(block.textContent.replace(/^\n/, ""));
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
  const frame = document.createElement("div");
  frame.className = "code";
  block.before(frame);
  frame.append(block, button);
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    document.getElementById("q")?.focus();
  }
});

// Long lists of choices are folded where the screen is narrow; the ones in use stay open.
if (matchMedia("(max-width: 61.9rem)").matches) {
  for (const group of document.querySelectorAll(".facet-group")) group.open = Boolean(group.querySelector("[aria-current]"));
}
