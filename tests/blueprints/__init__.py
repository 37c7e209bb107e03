"""The blueprints, used as their users use them, in a Home Assistant that stops and starts again."""
