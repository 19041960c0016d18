"""A sample newsroom on loopback, so that the whole line can be seen before any set-up."""
