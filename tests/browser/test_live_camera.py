"""The live camera in Chromium with a fake device: by the route, by triggers, and all that goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from cvdemo.bench.camera import FAKE_CAMERA
from cvdemo.bench.ui import browser, chromium_path, start, start_hall, wait_until_healthy
from cvdemo.ui.component import text
from tests.browser.conftest import VIEW
from tests.browser.driver import settled

DETECT = "/detect?source=live+camera&model=ssd&score=0.05"


@pytest.fixture(scope="module")
def camera_browser() -> Iterator[Any]:
    pytest.importorskip("playwright", reason="Playwright is not installed: pip install 'cvdemo[test]'")
    if chromium_path() is None:
        pytest.skip("no chromium or google-chrome on the PATH: `make browser` installs one")
    with browser(*FAKE_CAMERA) as opened:
        yield opened


@pytest.fixture(scope="module")
def hall() -> Iterator[str]:
    with start_hall() as (address, _):
        wait_until_healthy(address, 120)
        yield address


@pytest.fixture
def visitor(camera_browser: Any) -> Iterator[Any]:
    context = camera_browser.new_context(viewport=VIEW)
    context.set_default_timeout(90_000)
    page = context.new_page()
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    yield page
    context.close()
    assert not page.errors


def begin(page: Any, address: str) -> None:
    page.goto(address)
    page.locator(".live .start").click()
    wait_for_answers(page, 3)


def camera(page: Any, expression: str) -> Any:
    """What an expression of the component's `camera` is."""
    return page.locator(".live").evaluate(f"root => {{ const camera = root.camera; return {expression}; }}")


def wait_for_answers(page: Any, more: int) -> None:
    """Wait until so many more frames are answered."""
    goal = camera(page, "camera.count") + more
    page.wait_for_timeout(50)
    for _ in range(600):
        if camera(page, "camera.times.length") and camera(page, "camera.count") > goal:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"no answers: {page.locator('.live .says').inner_text()}")


PAINTED = """(canvas) => {
  if (!canvas.width) return [0, 0];
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height), halves = [0, 0];
  for (let p = 0; 4 * p < data.length; p += 1) {
    if (data[4 * p + 3]) halves[p % canvas.width < canvas.width / 2 ? 0 : 1] += 1;
  }
  return halves;
}"""


def painted(page: Any, canvas: str = ".overlay") -> tuple[int, int]:
    """How many pixels of a canvas are painted in its left and in its right half."""
    left, right = page.locator(f".live {canvas}").evaluate(PAINTED)
    return left, right


def test_boxes_lie_over_the_camera_and_the_slider_answers(hall: str, visitor: Any) -> None:
    begin(visitor, hall + DETECT)
    assert not camera(visitor, "camera.link.byTrigger")
    assert "frames/s" in visitor.locator(".live .figures").inner_text()
    boxes = camera(visitor, "camera.answer.boxes")
    assert boxes and sum(painted(visitor)) > 500
    stream = camera(visitor, "camera.stream.id")
    slider = visitor.get_by_role("slider", name="Score threshold")
    slider.focus()
    slider.press("End")
    visitor.wait_for_timeout(1500)
    wait_for_answers(visitor, 3)
    assert camera(visitor, "camera.answer.boxes") == []
    assert camera(visitor, "camera.stream.id") == stream, "the camera went on"
    visitor.locator(".live .start").click()
    assert camera(visitor, "camera.stream") is None
    assert painted(visitor) == (0, 0)


def test_mirrored_boxes_lie_on_the_other_side_and_letters_stay(hall: str, visitor: Any) -> None:
    begin(visitor, hall + DETECT)
    visitor.locator(".live .start").click()
    take = """(root, mirrored) => {
      root.classList.toggle('mirrored', mirrored);
      Object.assign(root.camera, { next: () => {}, stream: { getTracks: () => [] } });
      const found = { boxes: [[10, 100, 60, 150]], scores: [1], names: ['x'], colours: ['#ff0000'] };
      root.camera.take({ width: 320, height: 240, grabbed: 0 }, { ...found, times: { network: 1 } });
    }"""
    for mirrored in (False, True):
        visitor.locator(".live").evaluate(take, mirrored)
        halves = painted(visitor)
        assert halves[mirrored] > 100 and halves[not mirrored] == 0


@pytest.mark.parametrize(
    ("address", "canvas", "field"),
    [
        ("/instances?source=live+camera&model=mask-rcnn&score=0.02", ".overlay", "masks"),
        ("/pose?source=live+camera&model=pose-regression&score=0.02", ".overlay", "keypoints"),
        ("/segment?source=live+camera", ".labels", "labels"),
    ],
)
def test_masks_skeletons_and_label_maps(
    hall: str, visitor: Any, address: str, canvas: str, field: str
) -> None:
    begin(visitor, hall + address)
    assert field in camera(visitor, "Object.keys(camera.answer)")
    if field == "labels":
        visitor.locator(".live .legend li").first.wait_for()
        assert sum(painted(visitor, canvas)) > 1000
    elif camera(visitor, f"camera.answer.{field}.length"):
        assert sum(painted(visitor, canvas)) > 100


def test_the_camera_is_given_back_on_another_page(hall: str, visitor: Any) -> None:
    begin(visitor, hall + DETECT)
    visitor.evaluate("() => { window.kept = [] }")
    visitor.locator(".live").evaluate("root => { window.kept.push(root.camera.stream.getVideoTracks()[0]); }")
    visitor.get_by_role("link", name="IoU").first.click()
    settled(visitor)
    visitor.locator(".live").wait_for(state="detached")
    visitor.wait_for_function("() => window.kept[0].readyState === 'ended'", timeout=10_000)


def test_a_stream_waits_a_moment_for_a_component_that_is_mounted_again(hall: str, visitor: Any) -> None:
    visitor.goto(hall + "/_stcore/health")
    visitor.add_script_tag(content=text("live_stream", ".js"))
    ended = visitor.evaluate("""async () => {
      const track = () => ({ ended: false, stop() { this.ended = true; } });
      const tracks = [track(), track(), track()], streams = tracks.map((t) => ({ getTracks: () => [t] }));
      parkCamera(streams[0]);
      const taken = takeParked() === streams[0];
      parkCamera(streams[1]);
      parkCamera(streams[2]); // only one waits
      const before = tracks.map((t) => t.ended);
      await new Promise((done) => setTimeout(done, 1800));
      return [taken, before, tracks.map((t) => t.ended), takeParked()];
    }""")
    assert ended == [True, [False, True, False], [False, True, True], None]


def test_a_busy_or_silent_server_is_said_and_asked_again(hall: str, visitor: Any) -> None:
    begin(visitor, hall + DETECT)
    failing = {"status": 503}

    def answer(route: Any) -> None:
        if failing["status"] == 200:
            route.continue_()
        elif failing["status"] == 0:
            route.abort()
        else:
            route.fulfill(status=failing["status"], json={"error": "This camera is not known here."})

    visitor.route("**/cvdemo/frame", answer)
    says = visitor.locator(".live .says")
    for status, sentence in ((503, "busy"), (429, "busy"), (0, "does not answer"), (403, "not known here")):
        failing["status"] = status
        says.filter(has_text=sentence).wait_for()
    failing["status"] = 200
    wait_for_answers(visitor, 3)
    assert says.inner_text() == ""


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("NotAllowedError", "not allowed"), ("NotFoundError", "No camera"), ("NotReadableError", "in use")],
)
def test_why_there_is_no_camera(hall: str, visitor: Any, name: str, sentence: str) -> None:
    visitor.add_init_script(
        f"navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', '{name}'));"
    )
    visitor.goto(hall + DETECT)
    visitor.locator(".live .start").click()
    visitor.locator(".live .says").filter(has_text=sentence).wait_for()


def test_a_page_that_is_not_safe_gets_a_sentence(hall: str, visitor: Any) -> None:
    visitor.add_init_script("Object.defineProperty(navigator, 'mediaDevices', { value: undefined });")
    visitor.goto(hall + DETECT)
    visitor.locator(".live .start").click()
    visitor.locator(".live .says").filter(has_text="https://").wait_for()


def test_without_the_route_frames_go_as_triggers(visitor: Any) -> None:
    """Under `streamlit run`; the slider answers and the camera goes on there too, through full runs."""
    with start() as address:
        wait_until_healthy(address)
        begin(visitor, address + DETECT)
        assert camera(visitor, "camera.link.byTrigger")
        assert camera(visitor, "camera.answer.boxes")
        slider = visitor.get_by_role("slider", name="Score threshold")
        slider.focus()
        slider.press("End")
        visitor.wait_for_timeout(2000)
        wait_for_answers(visitor, 4)
        assert camera(visitor, "camera.answer.boxes") == []
        assert camera(visitor, "camera.stream !== null")
