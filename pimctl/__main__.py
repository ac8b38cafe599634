"""The program ``pimctl``, which says what is missing where the tap was installed without it."""

from __future__ import annotations

import sys


def main() -> int:
    """Run pimctl; return its exit code."""
    try:
        from pimctl import cli  # noqa: PLC0415  the packages of the extra may not be here
    except ModuleNotFoundError as error:
        print(f"pimctl: {error.name} is not installed. Run: pip install 'tap-woo-pim[pimctl]'", file=sys.stderr)
        return 1
    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
