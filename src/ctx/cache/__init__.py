"""What is kept between two runs, and how it is told from what is there now."""
