"""`python -m cvdemo`, where the command `cvdemo` is not on the path."""

from cvdemo.cli import main

main(prog_name="cvdemo")
