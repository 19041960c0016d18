"""One file per platform; `base` holds the seam that they share."""
