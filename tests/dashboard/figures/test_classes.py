from lenswright.dashboard.figures.classes import class_mix, dataset_height_px, photos_per_class, scores


def row(label: str, total: int) -> dict:
    return {"label": label, "train": total - 2, "validation": 1, "test": 1, "unused": 0, "total": total}


def test_the_mix_is_ranked_and_its_tail_summed_up() -> None:
    bars = class_mix({f"breed {i}": i for i in range(1, 21)}, "light").data[0]
    assert bars.y[0] == "breed 20"
    assert bars.y[-1] == "12 others"
    assert sum(bars.x) == 210


def test_few_classes_are_rows_and_many_are_columns() -> None:
    few = photos_per_class([row("cat", 5), row("dog", 9)], None)
    assert (few.data[0].orientation, list(few.data[0].y)) == ("h", ["dog", "cat"])
    many = photos_per_class([row(f"breed {i}", 5 + i) for i in range(120)], None)
    assert many.data[0].orientation == "v"
    assert many.data[0].x[0] == "breed 119"
    assert not many.layout.xaxis.showticklabels


def test_unused_photos_are_drawn_only_where_there_are_some() -> None:
    names = [trace.name for trace in photos_per_class([row("cat", 5)], None).data]
    assert names == ["train", "validation", "test"]
    names = [trace.name for trace in photos_per_class([{**row("cat", 5), "unused": 3}], None).data]
    assert names[-1] == "unused"


def test_a_chart_of_many_classes_does_not_grow_without_end() -> None:
    assert dataset_height_px(120) == 260


def test_scores_begin_with_the_weakest_and_an_undefined_one_is_zero() -> None:
    figure = scores([{"label": "cat", "f1": 0.9}, {"label": "dog", "f1": None}], "dark")
    assert list(figure.data[0].y) == ["dog", "cat"]
    assert list(figure.data[0].x) == [0.0, 0.9]
