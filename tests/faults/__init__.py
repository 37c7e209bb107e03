"""Every fault at every endpoint: what its user sees, and that nothing is left when it is over."""
