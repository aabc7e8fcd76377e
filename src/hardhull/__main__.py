"""``python -m hardhull``."""

from hardhull.cli.main import main

if __name__ == "__main__":
    main()
