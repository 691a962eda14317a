from lenswright.dashboard.sortable import Column, ordered, pressed, sortable

COLUMNS = (
    Column("rank", "#", lambda row: row["rank"]),
    Column("share", "Share", lambda row: row["share"], falling=True),
)
ROWS = [{"rank": 1, "share": 0.5}, {"rank": 2, "share": None}, {"rank": 3, "share": 0.9}]


def test_the_first_press_puts_the_most_interesting_on_top_and_the_second_turns_it() -> None:
    once = pressed(COLUMNS, "share", None)
    assert [row["rank"] for row in ordered(ROWS, once)] == [3, 1, 2]
    assert [row["rank"] for row in ordered(ROWS, pressed(COLUMNS, "share", once))] == [1, 3, 2]
    assert pressed(COLUMNS, "rank", once) == {"by": "rank", "falling": False}


def test_without_an_order_the_rows_stay_as_they_came() -> None:
    assert ordered(ROWS, None) == ROWS


def test_the_head_says_how_the_table_is_sorted() -> None:
    shown = str(sortable(COLUMNS, ROWS, {"by": "share", "falling": True}))
    assert shown.count("'aria-sort': 'descending'") + shown.count("aria-sort='descending'") == 1
