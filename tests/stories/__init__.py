"""User stories, played on a real Home Assistant against a simulated dashboard over real sockets."""
