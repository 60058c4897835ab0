"""What pages show of the catalogue, put together from its rows. Nothing here writes."""
