"""The simulator is held to what real dashboards answered."""
