"""What rooms need to speak to servers and models that may be away."""
