"""Serves the public pages with uvicorn."""

import uvicorn
from starlette.applications import Starlette


def make_server(app: Starlette, *, host: str, port: int) -> uvicorn.Server:
    """A server for `app`; `run` serves until its `should_exit` is set."""
    config = uvicorn.Config(app, host=host, port=port, log_config=None, server_header=False)
    return uvicorn.Server(config)
