"""The pages in the lecture's order: `streamlit run app.py`."""

import streamlit as st

st.set_page_config(page_title="cvdemo", page_icon="🦆", layout="wide")

st.navigation(
    {
        "": [
            st.Page("pages/home.py", title="Home", icon="🏠", default=True),
            st.Page("pages/world.py", title="The world", icon="🎨"),
        ],
        "Detection": [
            st.Page("pages/classify.py", title="Classify", icon="🐈"),
            st.Page("pages/localize.py", title="Classify and localize", icon="🎯"),
            st.Page("pages/windows.py", title="Sliding window", icon="🔳"),
            st.Page("pages/proposals.py", title="Region proposals", icon="🧩"),
            st.Page("pages/rcnn.py", title="R-CNN to Faster R-CNN", icon="🏎️"),
            st.Page("pages/roi.py", title="RoI lab", icon="🔎"),
            st.Page("pages/rpn.py", title="RPN and anchors", icon="⚓"),
            st.Page("pages/yolo_ssd.py", title="YOLO and SSD", icon="⚡"),
            st.Page("pages/detect.py", title="Detect", icon="🔲"),
            st.Page("pages/nms.py", title="NMS", icon="🥊"),
            st.Page("pages/iou.py", title="IoU", icon="📐"),
            st.Page("pages/map.py", title="mAP", icon="📈"),
            st.Page("pages/tradeoffs.py", title="Speed against accuracy", icon="⏱️"),
        ],
        "Segmentation": [
            st.Page("pages/segment.py", title="Segment", icon="🖌️"),
            st.Page("pages/fcn.py", title="Sliding window to FCN", icon="🪟"),
            st.Page("pages/upsampling.py", title="Upsampling", icon="🔍"),
            st.Page("pages/dilated.py", title="Dilated convolutions", icon="🕳️"),
            st.Page("pages/crf.py", title="CRF", icon="🪄"),
            st.Page("pages/decoders.py", title="Back to full size", icon="🪜"),
        ],
    }
).run()
