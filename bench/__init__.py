"""What Learnbase costs, as ratios: `python -m bench [NAME…]`."""
