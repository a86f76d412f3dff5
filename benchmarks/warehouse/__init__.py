"""What the warehouse costs at the size of the whole city."""
