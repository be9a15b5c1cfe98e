"""Dilated convolutions as a notebook: a stack's field and cost, one filter in two ways, ASPP's branches."""

from __future__ import annotations

from cvdemo.notebook import Cells, PageState, code, picture, text

RATES = (1, 2, 4, 8, 16)


def cells(state: PageState) -> Cells:
    """The stack's figures, the responses of a filter, the branches of DeepLab v3 on the picture."""
    count, taps = state.get("layers", 3), state.get("taps", 3)
    layers = [(state.get(f"stride{k}", 1), state.get(f"rate{k}", RATES[k - 1])) for k in range(1, count + 1)]
    stack = ", ".join(f"ConvLayer({taps}, {stride}, {rate})" for stride, rate in layers)
    yield code(f"""
        import plotly.graph_objects as go

        from cvdemo.draw.inline import row, table
        from cvdemo.labs.dilated.experiment import aspp_trace, filter_responses, stack_costs, stack_figures
        from cvdemo.ops.dilated import ConvLayer, path_counts

        layers = [{stack}]  # kernel, stride, rate
        print(stack_figures(layers))
        figure = go.Figure(go.Bar(y=path_counts(layers)))
        figure.update_layout(height=260, xaxis_title="pixel of a row", yaxis_title="ways to the output")
    """)
    yield code("""
        table([
            {"stack": cost.name, "field": cost.field, "seen": cost.seen, "weights": cost.weights,
             "multiply-adds": cost.multiply_adds}
            for cost in stack_costs(layers)
        ])
    """)
    yield picture(state)
    yield code(f"""
        from cvdemo.labs.dilated.draw import draw_responses

        rate = {state.get("apart", 8)}
        responses = filter_responses(picture, rate)
        print("largest difference where both have a number:", responses.difference)
        shrunk, dilated = draw_responses(responses, rate)
        row({{f"shrunk by {{rate}}, then filtered": shrunk, f"filtered at rate {{rate}}": dilated}})
    """)
    yield code("""
        from cvdemo.draw.feature_maps import feature_colours
        from cvdemo.draw.segmentation import paint_labels
        from cvdemo.world.vocabulary import SEMANTIC

        trace = aspp_trace(picture)
        branches = {branch.name: feature_colours(branch.features) for branch in trace.branches}
        row({**branches, "mask": paint_labels(trace.labels, SEMANTIC)}, width=300)
    """)
    yield text("Try rates 2, 2, 2 (`ConvLayer(3, 1, 2)` three times): half of the field is never seen.")
