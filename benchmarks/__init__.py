"""How much of Home Assistant's time, memory, database and network the integration takes, and how much it has to."""
