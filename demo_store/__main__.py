"""Run the command line: `python -m demo_store`."""

from demo_store.cli import main

raise SystemExit(main())
