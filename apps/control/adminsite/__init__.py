"""Django admin as the house has it: to look at what is kept, and to change it by operations."""
