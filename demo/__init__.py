"""A real Home Assistant with the integration, to look at and to test."""


class DemoError(Exception):
    """The demo cannot go on; the message is for its user."""
