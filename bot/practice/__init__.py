"""Practice servers on loopback, each broken in one named way, for the demo, for training and for the tests."""
