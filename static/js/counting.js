// Counting cash: the sum of each denomination and of all, as it is typed. Whole minor units only.

export function setUpCounting() {
  const table = document.querySelector("[data-counting]");
  if (!table) return;
  const exponent = Number(table.dataset.exponent);
  const format = (minor) =>
    new Intl.NumberFormat(document.documentElement.lang, {
      minimumFractionDigits: exponent,
      maximumFractionDigits: exponent,
    }).format(minor / 10 ** exponent);

  const recount = () => {
    let total = 0;
    for (const input of table.querySelectorAll("input[data-value]")) {
      const pieces = /^[0-9]{1,7}$/.test(input.value) ? Number(input.value) : 0;
      const sum = pieces * Number(input.dataset.value);
      total += sum;
      input.closest("tr").querySelector("[data-sum]").textContent = format(sum);
    }
    table.querySelector("[data-total]").textContent = format(total);
    const expected = table.querySelector("[data-expected]");
    const difference = table.querySelector("[data-difference]");
    if (expected && difference) {
      const gap = total - Number(expected.dataset.expected);
      difference.textContent = format(gap);
      difference.classList.toggle("negative", gap < 0);
    }
  };

  table.addEventListener("input", recount);
  table.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, Enter: 1, ArrowUp: -1 }[event.code];
    if (!step || event.ctrlKey || !event.target.matches("input[data-value]")) return;
    event.preventDefault();
    const all = [...table.querySelectorAll("input[data-value]")];
    all[all.indexOf(event.target) + step]?.select();
  });
  recount();
}
