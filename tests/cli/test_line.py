import io

from lenswright.cli.line import Line, bar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_has_one_line_that_is_rewritten_and_removed() -> None:
    screen = Terminal()
    line = Line(screen)
    line.show("a third", share=0.33)
    line.show("a half", share=0.5)
    line.end()
    line.end()
    assert screen.getvalue() == "\r\x1b[Ka third\r\x1b[Ka half\r\x1b[K"


def test_elsewhere_a_line_is_written_for_each_phase_and_each_step() -> None:
    screen = io.StringIO()
    line = Line(screen)
    for phase, share in (("fitting", 0.40), ("fitting", 0.44), ("fitting", 0.51), ("exporting", 0.52)):
        line.show(f"{share}", share=share, phase=phase)
    line.end()
    assert screen.getvalue().split() == ["0.4", "0.51", "0.52"]


def test_a_bar_is_as_full_as_the_share() -> None:
    assert bar(0.25) == "[#####...............]"
    assert bar(0.0) == f"[{'.' * 20}]"
    assert bar(7) == bar(1) == f"[{'#' * 20}]"
