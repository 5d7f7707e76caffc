"""How Sphinx builds these pages."""

project = "Publisher"
author = "Publisher contributors"
copyright = "Publisher contributors"
extensions = ["myst_parser", "sphinxcontrib.mermaid"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "Publisher"
myst_heading_anchors = 3
myst_fence_as_directive = ["mermaid"]  # a plain fence, so that a forge draws it too
