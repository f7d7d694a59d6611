"""A verb a module: read through the store, think in the packages below, write through the store."""
