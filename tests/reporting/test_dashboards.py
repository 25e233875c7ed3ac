"""Dashboards: tiles of reports, each figure that of its report, for those who may read it."""

from typing import Any

from apps.access import queries as access
from apps.kernel.queries import bank as identity
from apps.reporting import dashboards, making, queries
from apps.reporting.dashboards import TILES, Bar, Board, Months, Rows
from apps.reporting.declarations import REPORTS
from tests.api.machine import machine
from tests.evidence import statements
from tests.factories import Bank, internal_account, move
from tests.reporting.books import LAST, live


def drawn(bank: Bank, code: str, *, user: int | None = None) -> dashboards.Drawn:
    rights: Any = access.rights(user=user or bank.accountant.user_id, date=LAST)
    return dashboards.draw(
        TILES[code],
        rights=rights,
        today=LAST,
        first=identity().first_date,
        language="en",
        knowledge=queries.knowledge_at(None),
    )


def test_every_tile_shows_what_its_report_has() -> None:
    for tile in TILES:
        report = REPORTS[tile.report]
        rows = {row.code for row in report.rows}
        columns = {column.code for column in (*report.columns, *report.derived)}
        for row, column in tile.figures:
            assert row in rows, tile.code
            assert column in columns, tile.code
        match tile.chart:
            case Rows(rows=shown, column=column):
                assert (set(shown) <= rows, column in columns) == (True, True), tile.code
            case Months(row=row, column=column):
                assert (row in rows, column in columns) == (True, True), tile.code
        assert tile.figures or tile.chart
        assert tile.boards
    for board in Board:
        titles = [
            str((tile.title or REPORTS[tile.report].title).en)
            for tile in TILES
            if board in tile.boards
        ]
        assert len(titles) == len(set(titles))
        assert any(board in tile.boards for tile in TILES)


def test_figures_and_bars_are_the_report_s(bank: Bank) -> None:
    live(bank)
    profit = drawn(bank, "profit")
    report = REPORTS["profit_and_loss"]
    sheet = making.make(report, making.parameters(report, today=LAST), queries.knowledge_at(None))
    for shown, (row, column) in zip(profit.figures, profit.tile.figures, strict=True):
        figure = sheet.figure(row, column)
        assert figure is not None
        assert shown.cell.minor == figure.minor
        assert f"row={row}" in shown.address
    # The bank began this month: its chart has no earlier one.
    assert [(bar.label, bar.minor) for bar in profit.bars] == [
        ("01.2026", profit.figures[0].cell.minor)
    ]
    balance = drawn(bank, "balance")
    assert next(bar.label for bar in balance.bars) == "Cash and balances with the National Bank"
    deposits = drawn(bank, "deposits")
    assert sum(bar.minor for bar in deposits.bars) == deposits.figures[1].cell.minor


def test_a_dashboard_asks_as_much_for_many_as_for_few(bank: Bank) -> None:
    def asked() -> int:
        with statements() as seen:
            for tile in TILES:
                if REPORTS[tile.report].permission.startswith("reporting."):
                    drawn(bank, tile.code)
        return len(seen)

    live(bank)
    few = asked()
    for code in ("6514", "7431", "7432"):
        move(bank, source=internal_account(bank, code), target=internal_account(bank), minor=5)
    assert asked() == few


def test_programs_read_dashboards(bank: Bank) -> None:
    program, other = machine(bank, "accountant"), machine(bank, "teller")
    live(bank)
    found = program.get("dashboards/finance").body
    profit = next(one for one in found["tiles"] if one["tile"] == "profit")
    assert profit["figures"][0]["row_en"] == "Net profit"
    assert profit["points"][0]["value"] == drawn(bank, "profit").bars[0].minor
    assert program.get("dashboards/weather").status == 404
    assert other.get("dashboards/finance").status == 403


def test_bars_stand_on_zero_and_hang_from_it() -> None:
    bars = [Bar("a", 100, "", ""), Bar("b", -50, "", ""), Bar("c", 0, "", "")]
    chart = dashboards.standing(bars)
    assert [(one.y, one.height) for one in chart.columns] == [(1, 88), (89, 44), (87, 2)]
    assert (chart.zero, chart.height) == (89, dashboards.PLOT + 2 * dashboards.TOP)
    assert [length for _, length in dashboards.lying(bars)] == [160, 80, 0]
    assert dashboards.standing([]).columns == []
