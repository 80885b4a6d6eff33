"""Training: checks at the door, the loop over chunks, history, interrupts."""
