// On the page of all terms: narrow the list while typing. Without this file the form asks the server.
const field = document.getElementById("term");
const list = document.getElementById("terms");
const shown = document.getElementById("shown");
const rows = list ? [...list.querySelectorAll("table.terms tr")] : [];

field?.addEventListener("input", () => {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const row of rows) {
    row.hidden = !words.every((word) => row.textContent.toLowerCase().includes(word));
    count += row.hidden ? 0 : 1;
  }
  for (const part of list.querySelectorAll("section")) {
    const tables = [...part.querySelectorAll("table.terms")];
    for (const table of tables) {
      const empty = [...table.rows].every((row) => row.hidden);
      table.hidden = empty;
      table.previousElementSibling.hidden = empty;
    }
    if (tables.length) part.hidden = tables.every((table) => table.hidden);
  }
  shown.textContent = words.length ? `${count} of ${rows.length} terms below; press Enter to search the lists of concepts too.` : "";
});
