"""The steps of the workflows: each opens its transactions, calls domain code and gives counts."""
