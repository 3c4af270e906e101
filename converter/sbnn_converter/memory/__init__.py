"""Where tensors lie in memory and for how long."""
