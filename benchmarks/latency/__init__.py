"""How long after the capture of the frame that decided each listener knows of the motion."""
