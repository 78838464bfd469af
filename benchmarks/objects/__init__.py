"""What finds objects: how well on footage, what a look costs, and whom it disturbs."""
