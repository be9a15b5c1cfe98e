"""Back to full size as a notebook: every net on one picture, one of them from inside, parts left out."""

from __future__ import annotations

from cvdemo.notebook import Cells, PageState, code, is_drawn, picture, text


def cells(state: PageState) -> Cells:
    """The picture, all nets' label maps, one net's inner maps, the net without some parts."""
    drawn, show = is_drawn(state), state.get("show", "mask")
    yield picture(state)
    yield code(f"""
        from cvdemo import zoo
        from cvdemo.labs.decoders.experiment import segmenters, short_title

        nets = segmenters(drawn={drawn})  # one backbone and one training, seven ways back to full size
        names = [name for _, name in sorted(zoo.labels(nets[0].labels).items())]
        labels = {{net.key: zoo.load(net.key)(picture) for net in nets}}  # [H, W] class ids
    """)
    errors = drawn and show == "errors"
    shown = (
        "error_map(picture, found, truth.semantic)"
        if errors
        else f"overlay_labels(picture, found, names, opacity={1.0 if show == 'labels' else 0.7})"
    )
    yield code(f"""
        from cvdemo.draw.inline import row, table
        from cvdemo.draw.segmentation import error_map, overlay_labels

        row({{key: {shown} for key, found in labels.items()}}, width=320)
    """)
    if drawn:
        yield SCORES
    key = state.get("net", "unet" if drawn else "photo-unet")
    yield code(f"""
        from cvdemo.labs.decoders.experiment import ablated_labels, inner_pictures, possible_ablations

        key = {key!r}  # one of `labels`
        row({{f"{{one.name}}, {{one.size}}": one.colours for one in inner_pictures(key, picture)}}, width=240)
    """)
    yield code(f"""
        parts = possible_ablations(key)
        print("can be left out:", ", ".join(parts))
        left_out = {state.get(f"ablate-{key}", [])}
        without = ablated_labels(key, picture, [parts[name] for name in left_out])
        print(f"{{(without != labels[key]).mean():.1%}} of the pixels have another class now")
        shown = {{"whole": labels[key], "without": without}}
        row({{name: overlay_labels(picture, found, names) for name, found in shown.items()}})
    """)
    yield code("""
        from cvdemo.labs.decoders.experiment import segmenter_cards

        table([card._asdict() for card in segmenter_cards(list(labels))])  # on held-out pictures
    """)
    yield text("Try `left_out = list(parts)[:1]`: what does the first skip connection carry?")


SCORES = code("""
    from cvdemo.metrics.segmentation import SegmentationScores

    rows = []
    for key, found in labels.items():
        score = SegmentationScores(len(names))
        score.add(truth.semantic, found)
        rows.append({"net": key, "mIoU": score.mean_iou(), "boundary F1": score.mean_boundary_f1()})
    table(rows)
""")
