"""The client alone, without Home Assistant, against dashboards and other sites over real sockets."""
