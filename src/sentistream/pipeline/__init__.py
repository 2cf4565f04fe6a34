"""What happens to a post between its source and the screen."""
