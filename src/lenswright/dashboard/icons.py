"""Icons from assets/icons as one element each, drawn in the colour of the text around them.

They are masks in style.css, so nothing is fetched from anywhere but this server.
"""

from dash import html


def icon(name: str, size_px: int = 18) -> html.Span:
    """Return the icon `assets/icons/<name>.svg`; hidden from screen readers, the text beside it speaks."""
    side = f"{size_px}px"
    return html.Span(
        className="icon",
        style={"--icon": f"url('/assets/icons/{name}.svg')", "width": side, "height": side},
        **{"aria-hidden": "true"},
    )
