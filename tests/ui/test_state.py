"""What a page keeps: keys, the address, returning, bad values; by Streamlit's own test driver."""

from __future__ import annotations

import math

import pytest
import streamlit
from streamlit import config
from streamlit.testing.v1 import AppTest

from cvdemo.ui.internals import SEEN_WITH, read_settings_without_lock
from cvdemo.ui.state import texts_of


def _app() -> None:
    import streamlit as st

    from cvdemo.ui import state, widgets

    def page(name: str, first: float) -> None:
        state.enter(name)
        score = widgets.slider("score", "Score", 0.0, 1.0, first, 0.01)
        count = widgets.number_input("count", "Count", 1, 9, 3)
        names = widgets.multiselect("names", "Names", ["cat", "dog", "a, b"], ["dog"])
        way = widgets.selectbox(
            "way", "Way", ["n", "t"], format_func={"n": "nearest", "t": "two"}.__getitem__
        )
        many = widgets.segmented_control("many", "Many", [1, 2, 4], 2)
        shown = widgets.toggle("shown", "Shown", True)
        box = state.value(
            "box", read=lambda t: [float(v) for v in t[-1].split(",")],
            write=lambda b: ",".join(f"{v:g}" for v in b), of="one" if way == "n" else "two",
        )  # fmt: skip
        st.button("box", on_click=state.keep, args=({"box": [1.0, 2.5]},), kwargs={"of": "one"}, key="box")
        st.button("put", on_click=state.put, args=({"score": 1, "names": ["cat"], "way": "t"},), key="put")
        st.button("reset", on_click=state.reset, key="reset")
        st.button("leave", on_click=state.leave_picture, key="leave")
        st.text(repr((score, count, names, way, many, shown, box)))

    st.navigation(
        [
            st.Page(lambda: page("one", 0.5), title="One", url_path="one", default=True),
            st.Page(lambda: page("two", 0.3), title="Two", url_path="two"),
        ]
    ).run()


FIRST = (0.5, 3, ["dog"], "n", 2, True, None)


def opened(**query: str | list[str]) -> AppTest:
    app = AppTest.from_function(_app)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def values(app: AppTest) -> tuple[object, ...]:
    assert not app.exception
    found = eval(app.text[0].value)
    assert isinstance(found, tuple)
    return found


def query(app: AppTest) -> dict[str, list[str]]:
    return {k: [v] if isinstance(v, str) else list(v) for k, v in app.query_params.items()}


def test_first_values_and_an_empty_address() -> None:
    app = opened()
    assert values(app) == FIRST
    assert query(app) == {}


def test_the_address_has_what_was_moved_and_a_new_visitor_sees_the_same() -> None:
    app = opened()
    app.slider(key="one-score").set_value(0.77)
    app.number_input(key="one-count").set_value(5)
    app.multiselect(key="one-names").set_value(["cat", "a, b"])
    app.selectbox(key="one-way").set_value("t")
    app.toggle(key="one-shown").set_value(False).run()
    expected = (0.77, 5, ["cat", "a, b"], "t", 2, False, None)
    assert values(app) == expected
    assert query(app)["score"] == ["0.77"]
    assert query(app)["names"] == ["cat", "a, b"]
    assert values(opened(**query(app))) == expected  # type: ignore[arg-type]
    app.slider(key="one-score").set_value(0.5).run()
    assert "score" not in query(app)


@pytest.mark.parametrize(
    "bad",
    [
        {"score": "nonsense"}, {"score": "7"}, {"score": "nan"}, {"score": ""}, {"count": "1.5"},
        {"names": "bird"}, {"way": "x"}, {"many": "3"}, {"shown": "perhaps"}, {"box": "1,x"},
    ],
)  # fmt: skip
def test_bad_values_of_the_address_are_dropped(bad: dict[str, str]) -> None:
    app = opened(**bad)
    assert values(app) == FIRST
    app.number_input(key="one-count").set_value(4).run()
    assert query(app) == {"count": ["4"]}


def test_old_links_name_options_by_their_titles_and_lists_with_commas() -> None:
    assert values(opened(way="two", names="cat,dog"))[2:4] == (["cat", "dog"], "t")


def test_an_empty_list_is_kept() -> None:
    app = opened(names="")
    assert values(app)[2] == []


def test_unknown_parameters_stay_in_the_address() -> None:
    app = opened(utm="x")
    app.number_input(key="one-count").set_value(4).run()
    assert query(app) == {"utm": ["x"], "count": ["4"]}


def test_a_value_of_a_component_belongs_to_its_picture() -> None:
    app = opened()
    app.button(key="box").click().run()
    assert values(app)[-1] == [1.0, 2.5]
    assert query(app) == {"box": ["1,2.5"]}
    app.selectbox(key="one-way").set_value("t").run()
    assert values(app)[-1] is None
    app.selectbox(key="one-way").set_value("n").run()
    assert values(app)[-1] == [1.0, 2.5]
    app.button(key="leave").click().run()  # and the same picture is chosen again
    assert values(app)[-1] == [1.0, 2.5]
    assert values(opened(box="3,4"))[-1] == [3.0, 4.0]


def test_a_button_sets_several_widgets_and_another_resets_all() -> None:
    app = opened(count="8")
    app.button(key="put").click().run()
    assert values(app) == (1.0, 8, ["cat"], "t", 2, True, None)
    app.button(key="reset").click().run()
    assert values(app) == FIRST
    assert query(app) == {}


def test_nothing_is_written_while_a_page_is_drawn() -> None:
    app = opened(score="0.2", count="nonsense", utm="x")
    before = query(app)
    app.run()
    assert query(app) == before


@pytest.mark.parametrize(
    ("value", "texts"),
    [
        (True, ["true"]),
        (0.1 + 0.2, ["0.3"]),
        ([], [""]),
        (["a", 2], ["a", "2"]),
        (None, [""]),
        (math.pi, None),
    ],
)
def test_texts(value: object, texts: list[str] | None) -> None:
    found = texts_of(value)
    assert found == texts or (texts is None and math.isclose(float(found[0]), math.pi, rel_tol=1e-9))


def test_streamlits_version_is_one_that_the_private_interfaces_were_seen_with() -> None:
    assert streamlit.__version__ in SEEN_WITH, (
        "look at what cvdemo/ui/internals.py lists, then add the version"
    )


def test_settings_are_read_as_streamlit_reads_them() -> None:
    read_settings_without_lock()
    for key in (
        "global.minCachedMessageSize",
        "runner.fastReruns",
        "theme.base",
        "server.port",
        "theme.light.textColor",
    ):
        assert config.get_option(key) == config.get_option.unchanged(key)
    for section in ("theme", "theme.dark", "theme.sidebar", "client"):
        assert config.get_options_for_section(section) == config.get_options_for_section.unchanged(section)
    with pytest.raises(RuntimeError, match=r"no\.such"):
        config.get_option("no.such")
