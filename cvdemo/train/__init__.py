"""Recipes as data and one training loop: `cvdemo train unet`."""
