"""What an object is, from its light curve."""
