"""What users see: a real Home Assistant in a real browser, against simulated dashboards over real sockets."""
