"""What a browser or a monitor sees: the page where a login is tried once, health, metrics."""
