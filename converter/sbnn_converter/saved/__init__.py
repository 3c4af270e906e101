"""Saved Keras models: what they are, and what code opening them would run."""
