// Sums as they are typed: of counted cash, and of the two sides of an entry. Whole minor units only.
// Only pages that count ask for this module.

const written = (minor, exponent) =>
  new Intl.NumberFormat(document.documentElement.lang === "en" ? "en-GB" : "uk-UA", {
    minimumFractionDigits: exponent,
    maximumFractionDigits: exponent,
  })
    .format(minor / 10 ** exponent)
    .replace(/[\u00a0,](?=[0-9]{3})/g, "\u202f")
    .replace("-", "\u2212");

function countAt(table) {
  const exponent = Number(table.dataset.exponent);
  const amount = document.getElementById(table.dataset.fills);
  const expected = Number(table.dataset.expected);
  let filled = amount?.value;

  const recount = () => {
    let total = 0;
    for (const input of table.querySelectorAll("input[data-value]")) {
      const pieces = /^[0-9]{1,7}$/.test(input.value) ? Number(input.value) : 0;
      const sum = pieces * Number(input.dataset.value);
      total += sum;
      input.closest("tr").querySelector("[data-sum]").textContent = sum ? written(sum, exponent) : "";
    }
    table.querySelector("[data-total]").textContent = written(total, exponent);
    const difference = table.querySelector("[data-difference]");
    if (difference) {
      difference.textContent = written(total - expected, exponent);
      difference.classList.toggle("negative", total < expected);
    }
    // The count says the amount as long as nobody has typed another one.
    if (amount && total && (amount.value === "" || amount.value === filled)) {
      filled = amount.value = (total / 10 ** exponent).toFixed(exponent);
    }
  };

  table.addEventListener("input", recount);
  table.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.code];
    if (!step || !event.target.matches("input[data-value]")) return;
    event.preventDefault();
    const all = [...table.querySelectorAll("input[data-value]")];
    all[all.indexOf(event.target) + step]?.select();
  });
  recount();
}

function totalAt(entry) {
  const exponent = Number(entry.dataset.exponent);
  const lines = [...entry.querySelectorAll("tbody tr")];

  const minor = (text) => {
    const plain = text.replace(/[\s\u00a0\u202f']/g, "").replace(",", ".");
    return /^[0-9]{1,13}(\.[0-9]+)?$/.test(plain) ? Math.round(Number(plain) * 10 ** exponent) : 0;
  };
  const used = (line) => [...line.querySelectorAll("input")].some((input) => input.value);

  const total = () => {
    const sums = { debit: 0, credit: 0 };
    for (const input of entry.querySelectorAll("input[data-side]")) {
      sums[input.dataset.side] += minor(input.value);
    }
    const gap = sums.debit - sums.credit;
    entry.querySelector("[data-debit]").textContent = written(sums.debit, exponent);
    entry.querySelector("[data-credit]").textContent = written(sums.credit, exponent);
    const verdict = entry.querySelector("[data-gap]");
    verdict.textContent = gap ? `${verdict.dataset.off} ${written(Math.abs(gap), exponent)}` : sums.debit ? verdict.dataset.ties : "";
    verdict.className = `badge ${gap ? "bad" : "ok"}`;
    verdict.hidden = !verdict.textContent;
    // One empty line waits below the last used one.
    const last = lines.findLastIndex(used);
    lines.forEach((line, place) => { line.hidden = place > Math.max(last + 1, 1); });
  };

  entry.addEventListener("input", total);
  total();
}

for (const table of document.querySelectorAll("[data-counting]")) countAt(table);
for (const entry of document.querySelectorAll("[data-entry]")) totalAt(entry);
