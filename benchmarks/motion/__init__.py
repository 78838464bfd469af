"""How well, how soon and how cheaply motion is found, next to what others use."""
