"""Pictures: taken into our own store, so that what was approved is what is sent."""
