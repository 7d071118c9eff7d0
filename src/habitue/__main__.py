"""`python -m habitue`: the same as the command `habitue`."""

from habitue.cli.main import main

if __name__ == "__main__":
    main()
