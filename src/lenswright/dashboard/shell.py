"""The frame around every page: navigation, task switcher, health, champion, banner, notifications.

The Stores live here, so that what was uploaded or classified survives a change of page.
"""

from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html, page_container

from lenswright import __version__
from lenswright.dashboard.icons import icon
from lenswright.dashboard.poll import CONNECTING, INTERVAL_MS
from lenswright.dashboard.theme import MANTINE_THEME

PAGES = (
    ("overview", "Overview", "/"),
    ("classify", "Classify", "/classify"),
    ("data", "Data", "/data"),
    ("training", "Training", "/training"),
    ("models", "Models", "/models"),
)
NAVBAR = {"width": 216, "breakpoint": "sm", "collapsed": {"mobile": True}}


def shell(api_url: str) -> dmc.MantineProvider:
    """Return the whole frame; `page_container` is filled by the router."""
    frame = dmc.AppShell(
        [_header(), _navbar(api_url), _main(api_url)],
        id="shell",
        header={"height": {"base": 104, "sm": 56}},
        navbar=NAVBAR,
        padding=0,
        transitionDuration=0,
    )
    return dmc.MantineProvider(
        [
            *_stores(),
            dmc.NotificationContainer(id="notifications", position="bottom-right"),
            frame,
            _new_task(),
        ],
        theme=MANTINE_THEME,
        defaultColorScheme="auto",
    )


def _stores() -> list[Any]:
    return [
        dcc.Interval(id="tick", interval=INTERVAL_MS),
        dcc.Store(id="live", data=CONNECTING),
        dcc.Store(id="facts"),
        dcc.Store(id="wake"),
        dcc.Store(id="scheme"),
        dcc.Store(id="task", storage_type="local"),
        dcc.Store(id="seen-run"),
        dcc.Store(id="changed"),
        dcc.Store(id="classified", data=[]),
        dcc.Store(id="uploading", data={"state": "idle"}),
        dcc.Store(id="uploaded"),
        dcc.Store(id="selected", data=[]),
        dcc.Store(id="opened"),
        dcc.Store(id="deed"),
        dcc.Store(id="edited"),
    ]


def _header() -> dmc.AppShellHeader:
    burger = dmc.Burger(id="burger", size="sm", hiddenFrom="sm", **{"aria-label": "Open the navigation"})
    mark = html.Img(src="/assets/favicon.svg", alt="", width=24, height=24)
    brand = dcc.Link([mark, html.Span("lenswright")], href="/", className="brand")
    scheme = dmc.ColorSchemeToggle(
        id="scheme-toggle",
        lightIcon=icon("sun"),
        darkIcon=icon("moon"),
        variant="subtle",
        color="gray",
        size=36,
        **{"aria-label": "Switch between light and dark"},
    )
    return dmc.AppShellHeader(
        html.Div(
            [
                burger,
                brand,
                html.Div(_task_switcher(), className="task-switcher"),
                html.Div(id="champion", className="champion"),
                html.Div(id="health", className="pill", role="status"),
                scheme,
            ],
            className="header",
        )
    )


def _task_switcher() -> list[Any]:
    switch = dmc.Select(
        id="task-select",
        data=[],
        placeholder="Task",
        searchable=True,
        allowDeselect=False,
        checkIconPosition="right",
        size="sm",
        **{"aria-label": "Task"},
    )
    new = dmc.ActionIcon(
        icon("plus"), id="task-new", variant="default", size=36, **{"aria-label": "New task"}
    )
    return [switch, dmc.Tooltip(new, label="New task")]


def _navbar(api_url: str) -> dmc.AppShellNavbar:
    links = [
        dmc.NavLink(
            id=f"nav-{name}",
            label=label,
            href=href,
            leftSection=icon(name),
            rightSection=html.Span(id=f"nav-{name}-note", className="nav-note"),
            active="exact",
        )
        for name, label, href in PAGES
    ]
    docs = html.A(
        ["API documentation", icon("external", 14)], href=f"{api_url}/", target="_blank", rel="noreferrer"
    )
    foot = html.Div([docs, html.Div(f"lenswright {__version__}")], className="nav-foot")
    return dmc.AppShellNavbar([html.Nav(links, **{"aria-label": "Pages"}), foot], className="navbar")


def _main(api_url: str) -> dmc.AppShellMain:
    port = api_url.rsplit(":", 1)[-1]
    words = [html.Strong("The API is away.", id="banner-title"), " ", html.Span(id="banner-reason")]
    start = [" Start it with ", html.Code(f"python app.py --port {port}"), "."]
    hint = [html.Span(id="banner-hint"), html.Span(start, id="banner-start")]
    text = html.Div([html.Div(words), html.Div(hint)])
    banner = html.Div([icon("away"), text], id="banner", className="banner hidden", role="alert")
    return dmc.AppShellMain(html.Div([banner, page_container], id="main", className="main"))


def _new_task() -> dmc.Modal:
    name = dmc.TextInput(
        id="task-name",
        label="Name",
        placeholder="ripe-or-not",
        description="A task is one question with its own classes, photos and models.",
        **{"data-autofocus": "true"},
    )
    create = dmc.Button("Create task", id="task-create", mt="md", fullWidth=True)
    return dmc.Modal([name, create], id="task-modal", title="New task", centered=True)
